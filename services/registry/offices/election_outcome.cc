#include "services/registry/offices/election_outcome.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/correction.h"
#include "common/store/keys.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/ended_posts.h"
#include "services/registry/books/request.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::registry {
namespace {

absl::CivilDay DayOf(const v1::Election& election) {
  return FromProto(election.held_on()).value_or(kNoStart);
}

bool BeginsTerm(const v1::Election& election) {
  return election.kind() != v1::ELECTION_KIND_BY_ELECTION && !election.withdrawn();
}

// The term that is now the last one of the organisation.
absl::StatusOr<std::optional<v1::Term>> JudgeTerm(const Norms& norms, const Reader& reader,
                                                  const rows::OrganisationRow& organisation,
                                                  const Undone* undone,
                                                  const v1::Election& election, Violations& out) {
  const absl::CivilDay day = DayOf(election);
  ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Term> own, TermOn(reader, organisation.id(), kNoEnd));
  std::optional<v1::Term> other = own;
  if (undone != nullptr && own && own->election() == election.name()) {
    ZHIBU_ASSIGN_OR_RETURN(other, TermOn(reader, organisation.id(),
                                         FromProto(own->begun_on()).value_or(kNoStart) - 1));
  } else {
    own.reset();
  }
  std::optional<v1::Term> term;
  if (BeginsTerm(election)) {
    if (other && day <= FromProto(other->begun_on()).value_or(kNoStart)) {
      AddViolation(out, "PERIOD_INVALID", "election.held_on",
                   "已登记了这一天或更晚的换届选举，请核对日期");
      return term;
    }
    const norms::Term* norm = norms.TermOf(KindOn(organisation, DayNumber(day)), day);
    if (norm != nullptr && norm->years() != 0) {
      term.emplace();
      term->set_organisation(election.organisation());
      *term->mutable_begun_on() = ToProto(day);
      term->set_election(election.name());
      const absl::CivilDay due = AddYears(day, norm->years());
      *term->mutable_due_on() = ToProto(due);
      *term->mutable_remind_from() = ToProto(AddMonths(due, -norm->remind_months()));
      *term->mutable_citation() = norm->basis().citation();
      if (own && !own->postponements().empty()) {
        // They were decided for this term, and are decided for it still.
        *term->mutable_postponements() = own->postponements();
        JudgePostponement(*norm, *term, *own->postponements().rbegin(), "election.held_on", out);
      }
    }
  }
  // The one before is the last again. Its etag moves on: it is not what was read before.
  if (!term && own) term = other;
  if (term) term->set_etag(NextEtag(own ? own->etag() : other ? other->etag() : ""));
  return term;
}

// Judges the posts, and fills those of the election.
class PostsOf {
 public:
  PostsOf(const Reader& reader, const rows::OrganisationRow& organisation, const Undone* undone,
          Violations& out)
      : reader_(reader), organisation_(organisation), undone_(undone), out_(out) {
    seat_.there = true;
    seat_.from = organisation.established();
    seat_.to = organisation.dissolved();
  }

  absl::StatusOr<std::vector<rows::PostRow>> Judge(const std::vector<Elected>& elected,
                                                   v1::Election& election) {
    ZHIBU_RETURN_IF_ERROR(FindOwn());
    ZHIBU_RETURN_IF_ERROR(Others(election));
    if (!election.withdrawn()) ZHIBU_RETURN_IF_ERROR(Fill(elected, election));
    // What it no longer fills never was.
    for (const auto& [id, row] : own_) {
      if (filled_.contains(id)) continue;
      rows::PostRow gone = row;
      gone.set_withdrawn(true);
      Change(row, std::move(gone), /*own=*/true);
    }
    return std::move(changed_);
  }

 private:
  // The posts that the stored election filled.
  absl::Status FindOwn() {
    if (undone_ == nullptr) return absl::OkStatus();
    for (const std::string& name : undone_->election.posts()) {
      const std::string id = IdOf(kPosts, name).value_or("");
      ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> row, FindPost(reader_, id));
      if (!row) return absl::DataLossError("an election names a post that is not there");
      if (!row->withdrawn()) own_[id] = *std::move(row);
    }
    return absl::OkStatus();
  }

  // The posts that were there before it: a new term ends those of the committee.
  absl::Status Others(const v1::Election& election) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<PostBefore> posts,
                           PostsWithout(reader_, organisation_.id(),
                                        undone_ == nullptr ? nullptr : &undone_->election));
    const int32_t day = DayNumber(DayOf(election));
    std::vector<rows::PostRow> opened;
    for (const PostBefore& post : posts) {
      rows::PostRow row = post.row;
      if (EndedBy(election, post)) {
        if (row.from() >= day) {
          AddViolation(out_, "PERIOD_INVALID", NameOf(kPosts, row.id()),
                       "该职务在选举当天或之后才开始，请核对选举日期或先更正任职");
          continue;
        }
        row.set_to(day);
      }
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> now, FindPost(reader_, row.id()));
      if (!now) return absl::DataLossError("an index names a post that is not there");
      if (row.to() > now->to()) opened.push_back(row);
      seat_.posts.push_back(row);
      Change(*now, std::move(row), /*own=*/false);
    }
    for (const rows::PostRow& row : opened) {
      Violations refused;
      JudgePost(row, seat_, "", refused);
      for (Violation& violation : refused) {
        violation.subject = NameOf(kPosts, row.id());
        out_.push_back(std::move(violation));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Fill(const std::vector<Elected>& elected, v1::Election& election) {
    election.clear_posts();
    const std::string own_id = IdOf(kElections, election.name()).value_or("");
    int number = 0;
    for (const Elected& one : elected) {
      rows::PostRow row;
      row.set_id(absl::StrCat(own_id, "-", ++number));
      row.set_seat(NameOf(kOrganisations, organisation_.id()));
      row.set_kind(one.post);
      row.set_holder(IdOf(kPersons, one.person).value_or(""));
      row.set_from(DayNumber(DayOf(election)));
      row.set_to(organisation_.dissolved());
      row.set_election(own_id);
      // What was said of the same person in the same post is still so.
      for (const auto& [id, old] : own_) {
        if (old.holder() != row.holder() || old.kind() != row.kind()) continue;
        if (old.has_full_time()) row.set_full_time(old.full_time());
        if (old.has_appointed()) row.set_appointed(old.appointed());
      }
      JudgePost(row, seat_, "election", out_);
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> taken, FindPost(reader_, row.id()));
      // One that an earlier correction took back may be filled again.
      const bool ours = taken && undone_ != nullptr && taken->election() == own_id &&
                        (own_.contains(row.id()) || taken->withdrawn());
      if (taken && !ours) {
        AddViolation(out_, "POST_EXISTS", NameOf(kPosts, row.id()),
                     "该任职编号已被使用，请给选举换一个编号");
      }
      filled_.insert(row.id());
      election.add_posts(NameOf(kPosts, row.id()));
      seat_.posts.push_back(row);
      if (ours) {
        *row.mutable_corrections() = taken->corrections();
        Change(*taken, std::move(row), /*own=*/true);
      } else {
        row.set_version(kFirstVersion);
        changed_.push_back(std::move(row));
      }
    }
    return absl::OkStatus();
  }

  // Takes `now` in the place of `before`, unless they are the same.
  void Change(const rows::PostRow& before, rows::PostRow now, bool own) {
    now.set_version(before.version());
    if (before.SerializeAsString() == now.SerializeAsString()) return;
    if (own && undone_ != nullptr) {
      google::protobuf::FieldMask fields;
      for (const char* field :
           {"kind", "holder", "full_time", "valid_from", "valid_to", "appointed"}) {
        if (!now.withdrawn()) fields.add_paths(field);
      }
      v1::Post stood = ToContract(before);
      *now.add_corrections() = Correct(undone_->call, undone_->correction, fields, now.withdrawn(),
                                       "", ToContract(now), &stood);
    }
    now.set_version(before.version() + 1);
    changed_.push_back(std::move(now));
  }

  const Reader& reader_;
  const rows::OrganisationRow& organisation_;
  const Undone* const undone_;
  Violations& out_;
  Seat seat_;
  std::map<std::string, rows::PostRow> own_;
  std::set<std::string> filled_;
  std::vector<rows::PostRow> changed_;
};

}  // namespace

std::string NextEtag(const std::string& etag) {
  int64_t version = 0;
  return absl::StrCat(absl::SimpleAtoi(etag, &version) ? version + 1 : kFirstVersion);
}

absl::Status JudgeUndoing(const Reader& reader, const v1::Election& election,
                          const rows::OrganisationRow& organisation, Violations& out) {
  const int64_t day = DayNumber(DayOf(election));
  const bool for_term = BeginsTerm(election);
  const Key all = ElectionsOfKey(organisation.id());
  std::set<std::string> others;  // of the day or later
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(all, Key(all).Number(-day + 1), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        others.insert(NameOf(kElections, parts.Text().value_or("")));
        return true;
      }));
  others.erase(election.name());
  for (const std::string& name : others) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Election> other,
                           FindElection(reader, IdOf(kElections, name).value_or("")));
    if (!other) return absl::DataLossError("an index names an election that is not there");
    // Of one day, those for what is vacant come after the one for the term.
    const bool later = DayOf(*other) > DayOf(election) ||
                       (for_term && other->kind() == v1::ELECTION_KIND_BY_ELECTION);
    if (!later) continue;
    AddViolation(out, "ELECTION_NOT_LAST", "election.name",
                 absl::StrCat("之后又登记了选举 ", name, "，请先更正或作废它"));
    break;
  }
  for (const std::string& name : election.posts()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> post,
                           FindPost(reader, IdOf(kPosts, name).value_or("")));
    if (!post || post->withdrawn() || post->to() == organisation.dissolved()) continue;
    AddViolation(out, "POST_ENDED_SINCE", name,
                 absl::StrCat("选出的这一职务已于 ", FormatDate(DayFromNumber(post->to())),
                              " 结束，选举不能再更正；请另行登记之后的任免"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Outcome> JudgeOutcome(const Norms& norms, const Reader& reader,
                                     const rows::OrganisationRow& organisation,
                                     const std::vector<Elected>& elected, const Undone* undone,
                                     v1::Election& election, Violations& out) {
  Outcome outcome;
  ZHIBU_ASSIGN_OR_RETURN(outcome.term,
                         JudgeTerm(norms, reader, organisation, undone, election, out));
  // By a day that is not its own nothing is said of the posts.
  if (!out.empty()) return outcome;
  PostsOf posts(reader, organisation, undone, out);
  ZHIBU_ASSIGN_OR_RETURN(outcome.posts, posts.Judge(elected, election));
  return outcome;
}

absl::Status StoreElection(Txn& txn, const v1::Election& election) {
  v1::ElectionRecorded event;
  CopyFields(election, event.mutable_election());
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  return absl::OkStatus();
}

absl::Status StoreTerm(Txn& txn, const v1::Term& term) {
  v1::TermChanged event;
  CopyFields(term, event.mutable_term());
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  return absl::OkStatus();
}

absl::Status StoreOutcome(const Books& books, Txn& txn, const v1::Election& election,
                          const Outcome& outcome) {
  // Before the posts: whom it ends is seen by what still stands.
  ZHIBU_RETURN_IF_ERROR(StoreElection(txn, election));
  for (const rows::PostRow& post : outcome.posts) ZHIBU_RETURN_IF_ERROR(books.Store(txn, post));
  return outcome.term ? StoreTerm(txn, *outcome.term) : absl::OkStatus();
}

}  // namespace zhibu::registry
