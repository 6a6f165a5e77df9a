// Random sequences of changes against a model too simple to be wrong: for each day of a short
// calendar, who is under whom.
#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include "tests/services/registry/registry_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

constexpr int kDays = 12;  // the calendar; its last day stands for all that come after
const absl::CivilDay kFirst(2020, 1, 1);

google::type::Date Day(int day) { return ToProto(kFirst + day * 10); }

// One day.
struct DayModel {
  std::set<std::string> there;
  std::map<std::string, std::string> superior;
  std::set<std::pair<std::string, std::string>> guided;  // organisation, guide
  std::set<std::string>
      general;  // those that are general branches, under which no committee stands
  std::map<std::string, std::string> titles;  // of those that were renamed

  bool Reaches(const std::string& from, const std::string& to, int steps = 0) const {
    if (from == to) return true;
    if (steps > 30) return false;
    auto it = superior.find(from);
    if (it != superior.end() && Reaches(it->second, to, steps + 1)) return true;
    for (const auto& [organisation, guide] : guided) {
      if (organisation == from && Reaches(guide, to, steps + 1)) return true;
    }
    return false;
  }
  void Append(const std::string& id, int depth, std::vector<std::string>& out) const {
    out.push_back(absl::StrCat(depth, " ", id));
    for (const auto& [child, parent] : superior) {  // in id order
      if (parent == id) Append(child, depth + 1, out);
    }
  }
  std::vector<std::string> Tree() const {
    std::vector<std::string> out;
    for (const std::string& id : there) {
      if (!superior.contains(id)) Append(id, 0, out);
    }
    return out;
  }
  bool IsUnder(std::string id, const std::string& root) const {
    while (id != root) {
      auto it = superior.find(id);
      if (it == superior.end()) return false;
      id = it->second;
    }
    return true;
  }
  // Guided by the root or by one under it; and whoever is under one that is so guided.
  std::set<std::string> Guided(const std::string& root) const {
    std::set<std::string> out = {root};
    for (const auto& [organisation, guide] : guided) {
      if (!IsUnder(guide, root)) continue;
      for (const std::string& id : there) {
        if (IsUnder(id, organisation)) out.insert(id);
      }
    }
    return out;
  }
};

// What the model says a change meets; empty where it goes through.
using Reason = std::string;

class Model {
 public:
  Reason Create(const std::string& id, const std::string& parent, int from) {
    for (int day = from; day < kDays; ++day) {
      if (!days_[day].there.contains(parent)) return "PARENT_NOT_THERE";
    }
    for (int day = from; day < kDays; ++day) {
      if (days_[day].general.contains(parent)) return "KIND_NOT_ALLOWED_UNDER_PARENT";
    }
    for (int day = from; day < kDays; ++day) {
      days_[day].there.insert(id);
      days_[day].superior[id] = parent;
    }
    since_[id] = from;
    established_[id] = from;
    return "";
  }
  void CreateRoot(const std::string& id) {
    for (DayModel& day : days_) day.there.insert(id);
    established_[id] = 0;
  }
  // These say only whether it goes through: there can be several reasons against it.
  //
  // `id` is called so from then on.
  bool Rename(const std::string& id, const std::string& title, int from) {
    if (!MayDecide(id, from) || Later(title_since_, id, from)) return false;
    for (int day = from; day < End(id); ++day) days_[day].titles[id] = title;
    Begin(title_since_[id], from);
    return true;
  }
  // `id` becomes a general branch, or a committee again.
  bool ChangeKind(const std::string& id, bool general, int from) {
    if (!MayDecide(id, from) || Later(kind_since_, id, from)) return false;
    for (int day = from; general && day < kDays; ++day) {
      for (const auto& [child, parent] : days_[day].superior) {
        if (parent == id) return false;
      }
      for (const auto& [child, guide] : days_[day].guided) {
        if (guide == id) return false;
      }
    }
    for (int day = from; day < End(id); ++day) {
      general ? (void)days_[day].general.insert(id) : (void)days_[day].general.erase(id);
    }
    Begin(kind_since_[id], from);
    return true;
  }
  // `child` of `id` goes to `to`; `id` goes on.
  bool Split(const std::string& id, const std::string& child, const std::string& to, int from) {
    if (!MayDecide(id, from) || !days_[from].there.contains(to)) return false;
    Model next = *this;
    bool concerned = false;
    if (!HandOver(child, id, to, from, next, concerned) || !concerned) return false;
    *this = std::move(next);
    return true;
  }
  // `id` ends, and `into` has what was under it.
  bool Merge(const std::string& id, const std::string& into, int from) {
    if (!MayDecide(id, from)) return false;
    if (!days_[from].there.contains(into) || days_[from].IsUnder(into, id)) return false;
    if (since_.contains(id) && since_[id] >= from) return false;
    if (Later(title_since_, id, from) || Later(kind_since_, id, from)) return false;
    for (const auto& [pair, since] : guided_since_) {
      if (pair.first == id && since >= from && Ever(pair, from)) return false;
    }
    Model next = *this;
    bool concerned = false;
    for (const auto& [child, ignored] : established_) {
      if (!HandOver(child, id, into, from, next, concerned)) return false;
    }
    for (int day = from; day < kDays; ++day) {
      next.days_[day].there.erase(id);
      next.days_[day].superior.erase(id);
      next.days_[day].general.erase(id);
      std::erase_if(next.days_[day].guided, [&](const auto& pair) { return pair.first == id; });
    }
    next.end_[id] = from;
    // What would have begun with the end never did.
    next.title_since_[id].erase(from);
    next.kind_since_[id].erase(from);
    *this = std::move(next);
    return true;
  }
  Reason Move(const std::string& id, const std::string& parent, int from) {
    if (from >= End(id)) return "PERIOD_INVALID";
    if (from < (since_.contains(id) ? since_[id] : established_[id])) return "PERIOD_INVALID";
    if (Reason reason = Fits(id, parent, from); !reason.empty()) return reason;
    for (int day = from; day < End(id); ++day) days_[day].superior[id] = parent;
    since_[id] = from;
    return "";
  }
  Reason Guide(const std::string& id, const std::string& guide, int from) {
    if (from < established_[id] || from >= End(id)) return "PERIOD_INVALID";
    for (int day = from; day < kDays; ++day) {
      if (days_[day].guided.contains({id, guide})) return "PERIOD_INVALID";
    }
    if (Reason reason = Fits(id, guide, from); !reason.empty()) return reason;
    for (int day = from; day < End(id); ++day) days_[day].guided.insert({id, guide});
    guided_since_[{id, guide}] = from;
    return "";
  }
  Reason Unguide(const std::string& id, const std::string& guide, int from) {
    if (from < established_[id] || from >= End(id)) return "PERIOD_INVALID";
    auto since = guided_since_.find({id, guide});
    if (since == guided_since_.end()) return "PARENT_NOT_THERE";
    if (!days_[End(id) - 1].guided.contains({id, guide})) {
      // It ended before: whether that was by now decides what is said, and the test asks no more.
      return "ENDED";
    }
    if (from < since->second) return "PERIOD_INVALID";
    for (int day = from; day < kDays; ++day) days_[day].guided.erase({id, guide});
    return "";
  }
  const DayModel& day(int day) const { return days_[day]; }

 private:
  int End(const std::string& id) const {
    auto it = end_.find(id);
    return it == end_.end() ? kDays : it->second;
  }
  bool MayDecide(const std::string& id, int from) const {
    return from > established_.at(id) && from < End(id);
  }
  // The days on which what it is called, or is, began.
  using Begun = std::map<std::string, std::set<int>>;
  static void Begin(std::set<int>& days, int from) {
    days.erase(days.lower_bound(from), days.end());
    days.insert(from);
  }
  static bool Later(const Begun& begun, const std::string& id, int from) {
    const auto it = begun.find(id);
    return it != begun.end() && it->second.upper_bound(from) != it->second.end();
  }
  // What `child` has to `id` from then on it has to `into`, in `next`. False where that is refused.
  bool HandOver(const std::string& child, const std::string& id, const std::string& into, int from,
                Model& next, bool& concerned) const {
    const auto guided_since = guided_since_.find({child, id});
    if (guided_since != guided_since_.end() && guided_since->second > from &&
        Ever(guided_since->first, from)) {
      return false;
    }
    bool under = false, guided = false, guided_by_it = false;
    for (int day = from; day < End(child); ++day) {
      const auto parent = days_[day].superior.find(child);
      under |= parent != days_[day].superior.end() && parent->second == id;
      guided |= days_[day].guided.contains({child, id});
      guided_by_it |= days_[day].guided.contains({child, into});
    }
    concerned |= under || guided;
    if (under) {
      if (since_.at(child) > from) return false;
      // Its last superior was another: it moves away later, which cannot be taken back.
      if (days_[End(child) - 1].superior.at(child) != id) return false;
      if (!Fits(child, into, from).empty()) return false;
      for (int day = from; day < End(child); ++day) next.days_[day].superior[child] = into;
      next.since_[child] = from;
    }
    if (!guided) return true;
    for (int day = from; day < kDays; ++day) {
      if (!days_[day].guided.contains({child, id})) continue;
      next.days_[day].guided.erase({child, id});
      if (guided_by_it || child == into) continue;
      if (days_[day].Reaches(into, child) || !days_[day].there.contains(into)) return false;
      if (days_[day].general.contains(into)) return false;
      next.days_[day].guided.insert({child, into});
      next.guided_since_[{child, into}] = from;
    }
    return true;
  }
  bool Ever(const std::pair<std::string, std::string>& pair, int from) const {
    for (int day = from; day < kDays; ++day) {
      if (days_[day].guided.contains(pair)) return true;
    }
    return false;
  }
  Reason Fits(const std::string& id, const std::string& parent, int from) const {
    for (int day = from; day < End(id); ++day) {
      if (days_[day].Reaches(parent, id)) return "PARENT_CYCLE";
    }
    for (int day = from; day < End(id); ++day) {
      if (!days_[day].there.contains(parent)) return "PARENT_NOT_THERE";
    }
    for (int day = from; day < End(id); ++day) {
      if (days_[day].general.contains(parent)) return "KIND_NOT_ALLOWED_UNDER_PARENT";
    }
    return "";
  }
  std::vector<DayModel> days_ = std::vector<DayModel>(kDays);
  std::map<std::string, int> since_, established_, end_;
  Begun title_since_, kind_since_;
  std::map<std::pair<std::string, std::string>, int> guided_since_;
};

class TreeProperty : public RegistryTest, public ::testing::WithParamInterface<int> {
 protected:
  std::string FirstReason(const absl::Status& status) {
    return status.ok() ? "" : ReasonOf(status);
  }
  v1::Decision DecisionOf(int from) {
    v1::Decision decision;
    decision.set_authority(Org("r9"));
    decision.set_document_number("〔2020〕1号");
    *decision.mutable_effective_on() = Day(from);
    return decision;
  }
  v1::OrganisationVersion Subject(const std::string& id) {
    v1::OrganisationVersion read;
    read.set_organisation(Org(id));
    read.set_etag(EtagOf(id));
    return read;
  }
  absl::Status MergeInto(const std::string& id, const std::string& into, int from) {
    v1::MergeOrganisationsRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = DecisionOf(from);
    *request.add_merged() = Subject(id);
    request.set_into(Org(into));
    v1::MergeOrganisationsResponse response;
    return Decide(&v1::ReorganisationService::Stub::MergeOrganisations, request, &response);
  }
  absl::Status DissolveFor(const std::string& id, const std::string& successor, int from) {
    v1::DissolveOrganisationRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = DecisionOf(from);
    *request.mutable_organisation() = Subject(id);
    request.set_successor(Org(successor));
    v1::DissolveOrganisationResponse response;
    return Decide(&v1::ReorganisationService::Stub::DissolveOrganisation, request, &response);
  }
  absl::Status SplitOff(const std::string& id, const std::string& child, const std::string& to,
                        int from) {
    v1::SplitOrganisationRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = DecisionOf(from);
    *request.mutable_organisation() = Subject(id);
    v1::SplitPart& part = *request.add_parts();
    part.set_organisation(Org(to));
    part.add_sub_organisations(Org(child));
    request.set_remainder(Org(id));
    v1::SplitOrganisationResponse response;
    return Decide(&v1::ReorganisationService::Stub::SplitOrganisation, request, &response);
  }
  absl::Status RenameTo(const std::string& id, const std::string& title, int from) {
    v1::RenameOrganisationRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = DecisionOf(from);
    request.set_organisation(Org(id));
    request.set_etag(EtagOf(id));
    request.set_title(title);
    v1::RenameOrganisationResponse response;
    return Decide(&v1::ReorganisationService::Stub::RenameOrganisation, request, &response);
  }
  absl::Status ChangeKindTo(const std::string& id, bool general, int from) {
    v1::ChangeOrganisationKindRequest request;
    request.set_reorganisation_id(absl::StrCat("d", ++decisions_));
    *request.mutable_decision() = DecisionOf(from);
    request.set_organisation(Org(id));
    request.set_etag(EtagOf(id));
    request.set_kind(general ? type::v1::ORGANISATION_KIND_GENERAL_BRANCH
                             : type::v1::ORGANISATION_KIND_COMMITTEE);
    v1::ChangeOrganisationKindResponse response;
    return Decide(&v1::ReorganisationService::Stub::ChangeOrganisationKind, request, &response);
  }
  // "id title kind" of all that exist on the day, by id.
  std::vector<std::string> Described(int day) {
    v1::ListOrganisationsRequest request;
    *request.mutable_as_of() = Day(day);
    request.set_page_size(1000);
    v1::ListOrganisationsResponse response;
    EXPECT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
    std::vector<std::string> all;
    for (const auto& node : response.organisations()) {
      const v1::Organisation& one = node.organisation();
      all.push_back(absl::StrCat(one.name().substr(14), " ", one.title(), " ", one.kind()));
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  static std::vector<std::string> Described(const DayModel& day) {
    std::vector<std::string> all;
    for (const std::string& id : day.there) {
      const auto title = day.titles.find(id);
      all.push_back(
          absl::StrCat(id, " ", title == day.titles.end() ? "中共示范县委员会" : title->second, " ",
                       day.general.contains(id) ? type::v1::ORGANISATION_KIND_GENERAL_BRANCH
                                                : type::v1::ORGANISATION_KIND_COMMITTEE));
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  std::map<std::pair<int, bool>, int>
      outcomes_;  // of decisions, by action and whether it went through
  int decisions_ = 0;
  std::vector<std::string> Ids(const std::vector<std::string>& nodes) {
    std::vector<std::string> ids;
    for (const std::string& node : nodes) ids.push_back(node.substr(node.find(' ') + 1));
    std::sort(ids.begin(), ids.end());
    return ids;
  }
};

TEST_P(TreeProperty, AgreesWithADayByDayModel) {
  std::mt19937 random(GetParam());
  const auto pick = [&](int bound) { return static_cast<int>(random() % bound); };
  Model model;
  std::map<std::string, int> seen;  // how often each outcome came up
  ASSERT_TRUE(Do(NewOrganisation("r0", "", type::v1::ORGANISATION_KIND_COMMITTEE, Day(0))).ok());
  ASSERT_TRUE(Do(NewOrganisation("r1", "", type::v1::ORGANISATION_KIND_COMMITTEE, Day(0))).ok());
  model.CreateRoot("r0");
  model.CreateRoot("r1");
  // Decides, and takes part in nothing.
  ASSERT_TRUE(Do(NewOrganisation("r9", "", type::v1::ORGANISATION_KIND_COMMITTEE, Day(0))).ok());
  model.CreateRoot("r9");
  std::vector<std::string> all = {"r0", "r1"};
  clock_.SetToday(kFirst + 10000);

  const auto continue_with = [&](int step) {
    for (int day = 0; day < kDays; day += 1 + pick(3)) {
      const std::vector<std::string> tree = *Tree("", Day(day), type::v1::LINE_SUBORDINATION, 5);
      ASSERT_EQ(tree, model.day(day).Tree()) << "day " << day << " after step " << step;
      ASSERT_EQ(tree.size(), model.day(day).there.size()) << "an orphan or a cycle";
      ASSERT_EQ(Described(day), Described(model.day(day)))
          << "day " << day << " after step " << step;
      for (const std::string& root : {std::string("r0"), all[pick(all.size())]}) {
        if (!model.day(day).there.contains(root)) continue;
        const std::set<std::string> guided = model.day(day).Guided(root);
        ASSERT_EQ(Ids(*Tree(root, Day(day), type::v1::LINE_TERRITORIAL)),
                  std::vector<std::string>(guided.begin(), guided.end()))
            << root << " on day " << day << " after step " << step;
      }
    }
  };
  const auto went_through = [&](std::initializer_list<int> actions) {
    int count = 0;
    for (const int action : actions) count += outcomes_[{action, true}];
    return count;
  };
  // As long as it takes for each kind of decision to go through.
  const auto each_went_through = [&] {
    return went_through({10, 11}) > 0 && went_through({12, 13}) > 0 && went_through({14}) > 0 &&
           went_through({15, 16}) > 0;
  };
  for (int step = 0; step < 500 && (step < 120 || !each_went_through()); ++step) {
    const std::string id = all[pick(all.size())];
    const std::string parent = all[pick(all.size())];
    const int action = pick(17);
    // What ends too early is mostly refused for what came later.
    const int from = action >= 10 ? kDays / 2 + pick(kDays / 2) : pick(kDays);
    std::string expected, got;
    if (action < 3 && all.size() < 14) {
      const std::string fresh = absl::StrCat("o", 10 + pick(90), "-", step);
      expected = model.Create(fresh, parent, from);
      got = FirstReason(
          Do(NewOrganisation(fresh, parent, type::v1::ORGANISATION_KIND_COMMITTEE, Day(from))));
      if (expected.empty()) all.push_back(fresh);
    } else if (action < 7) {
      // A root that moves is one of the cases.
      expected = model.Move(id, parent, from);
      got = FirstReason(Do(MoveOf(id, parent, Day(from))));
    } else if (action >= 10) {
      // A successor takes over, whether the decision is called a merger or a dissolution.
      const bool ends = action <= 11;
      // Else everything would soon be under one root, or nowhere.
      if ((ends || action >= 15) && id[0] == 'r') continue;
      bool goes_through = false;
      absl::Status status;
      if (ends) {
        goes_through = model.Merge(id, parent, from);
        status = action == 10 ? MergeInto(id, parent, from) : DissolveFor(id, parent, from);
      } else if (action <= 13) {
        const std::string to = all[pick(all.size())];
        // Mostly one that is there to be given away.
        std::string whole = id, child = parent;
        const auto& superior = model.day(from).superior;
        if (!superior.empty() && pick(4) > 0) {
          std::tie(child, whole) = *std::next(superior.begin(), pick(superior.size()));
        }
        if (to == whole || to == child) continue;  // said twice, or to itself
        goes_through = model.Split(whole, child, to, from);
        status = SplitOff(whole, child, to, from);
      } else if (action == 14) {
        const std::string title = absl::StrCat("第", step, "次更名的党委");
        goes_through = model.Rename(id, title, from);
        status = RenameTo(id, title, from);
      } else {
        const bool general = action == 15;
        goes_through = model.ChangeKind(id, general, from);
        status = ChangeKindTo(id, general, from);
      }
      ASSERT_EQ(status.ok(), goes_through) << "step " << step << " action " << action << ": " << id
                                           << ", " << parent << " on day " << from << status;
      ++outcomes_[{action, goes_through}];
      continue_with(step);
      if (HasFatalFailure()) return;
      continue;
    } else {
      const bool leave = action == 9;
      expected = leave ? model.Unguide(id, parent, from) : model.Guide(id, parent, from);
      auto request = MoveOf(id, leave ? "" : parent, Day(from));
      request.set_line(type::v1::LINE_TERRITORIAL);
      if (leave) request.set_old_parent(Org(parent));
      if (expected == "ENDED") continue;
      got = FirstReason(Do(request));
    }
    ++seen[got];
    ASSERT_EQ(got, expected) << "step " << step << " action " << action << ": " << id << " under "
                             << parent << " from day " << from;
    continue_with(step);
    if (HasFatalFailure()) return;
  }
  // The sequences are worth something: changes go through, and each refusal comes up.
  EXPECT_GT(seen[""], 10);
  EXPECT_GT(seen["PARENT_CYCLE"], 0);
  EXPECT_GT(seen["PARENT_NOT_THERE"], 0);
  EXPECT_GT(seen["PERIOD_INVALID"], 0);
  EXPECT_TRUE(each_went_through()) << "merged or dissolved, split, renamed, made another kind";
}

INSTANTIATE_TEST_SUITE_P(Seeds, TreeProperty, ::testing::Range(1, 13));

}  // namespace
}  // namespace zhibu::registry
