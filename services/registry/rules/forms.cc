#include "services/registry/rules/forms.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/domain/credit_code.h"
#include "services/registry/rules/dated.h"
#include "services/registry/rules/sources.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using type::v1::OrganisationKind;

// The last entry of a dated list, which the end of a life may have cut.
template <typename List>
bool EndsBeforeItBegins(const List& list) {
  return !list.empty() && PeriodOf(list.Get(list.size() - 1)).empty();
}

std::string DateText(int32_t day) { return FormatDate(DayFromNumber(day)); }

// Whether `target` is met by walking up from `id` on some day of `period`, along edges of both
// lines.
bool Above(const std::map<std::string, rows::OrganisationRow>& known, const std::string& id,
           const Period& period, const std::string& target,
           std::map<std::string, std::vector<Period>>& walked) {
  if (id == target) return true;
  std::vector<Period>& before = walked[id];
  for (const Period& earlier : before) {
    if (earlier.Covers(period)) return false;
  }
  before.push_back(period);
  auto it = known.find(id);
  if (it == known.end()) return false;
  for (const rows::EdgeRow& edge : it->second.edges()) {
    const Period both = period & PeriodOf(edge);
    if (!both.empty() && Above(known, edge.parent(), both, target, walked)) return true;
  }
  return false;
}

// Whether the parent exists as long as the edge holds, may have such an organisation under it, and
// is not itself below it. Not asked of a parent that is itself undecided.
void JudgeParent(const rows::OrganisationRow& row, const rows::EdgeRow& edge,
                 const OrganisationFacts& facts, absl::string_view subject, Violations& out) {
  if (facts.undecided.contains(edge.parent())) return;
  std::map<std::string, std::vector<Period>> walked;
  if (Above(facts.known, edge.parent(), PeriodOf(edge), row.id(), walked)) {
    AddViolation(
        out, "PARENT_CYCLE", std::string(subject),
        absl::StrCat("上级 ", edge.parent(), " 就是本组织，或是它的下级，会形成循环；请另选上级"));
    return;
  }
  auto parent = facts.known.find(edge.parent());
  if (parent == facts.known.end()) {
    AddViolation(out, "PARENT_NOT_THERE", std::string(subject),
                 absl::StrCat("没有上级党组织 ", edge.parent(), "，请先登记"));
    return;
  }
  if (!LifeOf(parent->second).Covers(PeriodOf(edge))) {
    AddViolation(out, "PARENT_NOT_THERE", std::string(subject),
                 absl::StrCat("上级党组织 ", edge.parent(), " ", PeriodText(LifeOf(parent->second)),
                              "存在，不能涵盖这段关系（", PeriodText(PeriodOf(edge)), "）"));
  }
  if (const auto day = MisfitUnder(row, edge, parent->second)) {
    AddViolation(out, "KIND_NOT_ALLOWED_UNDER_PARENT", std::string(subject),
                 absl::StrCat("该类党组织不能设在 ", edge.parent(), " 之下（", DateText(*day),
                              " 起），请核对双方的类别"));
    if (KindOn(row, *day) == type::v1::ORGANISATION_KIND_PARTY_GROUP) {
      out.back().citation = GroupOfABranch();
    }
  }
}

// On the subordination line there is one parent on every day, from the first to the last.
void JudgeSubordination(const rows::OrganisationRow& row, absl::string_view at, Violations& out) {
  std::vector<Period> periods;
  for (const rows::EdgeRow& edge : row.edges()) {
    if (edge.line() == type::v1::LINE_SUBORDINATION) periods.push_back(PeriodOf(edge));
  }
  if (periods.empty()) return;
  std::sort(periods.begin(), periods.end(),
            [](const Period& a, const Period& b) { return a.from < b.from; });
  int32_t reached = row.established();
  const auto fault = [&](int32_t day, absl::string_view what) {
    AddViolation(
        out, "SUBORDINATION_NOT_UNIQUE", absl::StrCat(at, ".affiliations"),
        absl::StrCat("自成立之日起每天须有且只有一个隶属上级，", DateText(day), " 起", what));
  };
  for (const Period& period : periods) {
    if (period.from > reached) return fault(reached, "没有上级");
    if (period.from < reached) return fault(period.from, "有两个上级");
    reached = period.to;
  }
  if (reached < row.dissolved()) fault(reached, "没有上级");
}

// Two edges to the same guiding parent do not overlap: one fact is stated once.
bool GuidedTwice(const rows::OrganisationRow& row, const rows::EdgeRow& edge) {
  int count = 0;
  for (const rows::EdgeRow& other : row.edges()) {
    count += other.line() == type::v1::LINE_TERRITORIAL && other.parent() == edge.parent() &&
             !(PeriodOf(other) & PeriodOf(edge)).empty();
  }
  return edge.line() == type::v1::LINE_TERRITORIAL && count > 1;
}

}  // namespace

void AddViolation(Violations& out, absl::string_view reason, std::string subject,
                  std::string message) {
  Violation violation;
  violation.reason = std::string(reason);
  violation.subject = std::move(subject);
  violation.message = std::move(message);
  out.push_back(std::move(violation));
}

std::optional<int32_t> MisfitUnder(const rows::OrganisationRow& row, const rows::EdgeRow& edge,
                                   const rows::OrganisationRow& parent) {
  for (const rows::DatedKindRow& own : row.kinds()) {
    for (const rows::DatedKindRow& above : parent.kinds()) {
      const Period both = PeriodOf(edge) & PeriodOf(own) & PeriodOf(above);
      if (!both.empty() && !MaySitUnder(own.kind(), above.kind())) return both.from;
    }
  }
  return std::nullopt;
}

bool MaySitUnder(OrganisationKind kind, OrganisationKind parent) {
  const bool committee =
      parent == type::v1::ORGANISATION_KIND_COMMITTEE || parent == type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
  switch (kind) {
    case type::v1::ORGANISATION_KIND_COMMITTEE:
    case type::v1::ORGANISATION_KIND_WORK_COMMITTEE:
    case type::v1::ORGANISATION_KIND_GENERAL_BRANCH:
      return committee;
    case type::v1::ORGANISATION_KIND_BRANCH:
    case type::v1::ORGANISATION_KIND_JOINT_BRANCH:
    case type::v1::ORGANISATION_KIND_TEMPORARY_BRANCH:
    case type::v1::ORGANISATION_KIND_MOBILE_BRANCH:
      return committee || parent == type::v1::ORGANISATION_KIND_GENERAL_BRANCH;
    case type::v1::ORGANISATION_KIND_PARTY_GROUP:
      return parent == type::v1::ORGANISATION_KIND_BRANCH ||
             parent == type::v1::ORGANISATION_KIND_JOINT_BRANCH ||
             parent == type::v1::ORGANISATION_KIND_TEMPORARY_BRANCH ||
             parent == type::v1::ORGANISATION_KIND_MOBILE_BRANCH;
    default:
      return false;
  }
}

void JudgeCode(const rows::OrganisationRow& row,
               const std::vector<rows::OrganisationRow>& same_code, absl::string_view at,
               Violations& out) {
  for (const rows::OrganisationRow& other : same_code) {
    if (other.id() == row.id()) continue;
    for (const rows::DatedTextRow& code : row.codes()) {
      for (const rows::DatedTextRow& theirs : other.codes()) {
        if (code.text() != theirs.text() || (PeriodOf(code) & PeriodOf(theirs)).empty()) continue;
        AddViolation(out, "CODE_TAKEN", absl::StrCat(at, ".code"),
                     "该党组织代码同一时期已被另一个党组织使用，请核对代码");
        return;
      }
    }
  }
}

void JudgeExternalIds(const rows::OrganisationRow& row,
                      const std::vector<rows::OrganisationRow>& others, absl::string_view at,
                      Violations& out) {
  for (int i = 0; i < row.external_ids_size(); ++i) {
    const rows::ExternalIdRow& own = row.external_ids(i);
    const std::string subject = absl::StrCat(at, ".external_ids[", i, "]");
    if (PeriodOf(own).empty() || !LifeOf(row).Covers(PeriodOf(own))) {
      AddViolation(out, "PERIOD_INVALID", subject,
                   absl::StrCat("外部编号的时期须在本组织存续期间之内（", PeriodText(LifeOf(row)),
                                "），结束日期须晚于开始日期"));
      continue;
    }
    for (int j = 0; j < i; ++j) {
      const rows::ExternalIdRow& earlier = row.external_ids(j);
      if (earlier.system() != own.system() || (PeriodOf(earlier) & PeriodOf(own)).empty()) continue;
      AddViolation(out, "PERIODS_OVERLAP", subject,
                   "同一天在同一个外部系统中只能有一个编号，请先写明前一个的结束日期");
      break;
    }
    for (const rows::OrganisationRow& other : others) {
      if (other.id() == row.id()) continue;
      for (const rows::ExternalIdRow& theirs : other.external_ids()) {
        if (theirs.system() != own.system() || theirs.id() != own.id()) continue;
        if ((PeriodOf(theirs) & PeriodOf(own)).empty()) continue;
        AddViolation(out, "EXTERNAL_ID_TAKEN", subject,
                     absl::StrCat("该外部编号同一时期已属于 ", other.id(), "，请核对"));
      }
    }
  }
}

void JudgeOrganisation(const rows::OrganisationRow& row, const OrganisationFacts& facts,
                       absl::string_view at, Violations& out) {
  if (LifeOf(row).empty()) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".dissolved_on"), "撤销日期须晚于成立日期");
    return;  // no edge could lie within it
  }
  bool periods_valid = true;
  for (int i = 0; i < row.edges_size(); ++i) {
    const rows::EdgeRow& edge = row.edges(i);
    const std::string subject = absl::StrCat(at, ".affiliations[", i, "]");
    if (PeriodOf(edge).empty()) {
      periods_valid = false;
      AddViolation(out, "PERIOD_INVALID", subject, "关系的结束日期须晚于开始日期");
    } else if (!LifeOf(row).Covers(PeriodOf(edge))) {
      periods_valid = false;
      AddViolation(out, "PERIOD_INVALID", subject,
                   absl::StrCat("关系须在本组织存续期间之内（", PeriodText(LifeOf(row)), "）"));
    } else if (GuidedTwice(row, edge)) {
      AddViolation(out, "PERIOD_INVALID", subject,
                   absl::StrCat("与 ", edge.parent(), " 的属地关系同一时期填写了两次"));
    }
    if (!PeriodOf(edge).empty()) JudgeParent(row, edge, facts, subject, out);
  }
  if (periods_valid) JudgeSubordination(row, at, out);
  JudgeCode(row, facts.same_code, at, out);
  JudgeExternalIds(row, facts.same_external_id, at, out);
}

void JudgeMove(const Move& move, const OrganisationFacts& facts, rows::OrganisationRow& row,
               Violations& out) {
  const bool alive = LifeOf(row).Covers({move.effective, move.effective + 1});
  if (!alive) {
    AddViolation(out, "PERIOD_INVALID", "effective_on",
                 absl::StrCat("生效日期须在本组织存续期间之内（", PeriodText(LifeOf(row)), "）"));
  }
  // The edge that ends: the last one on the line (subordination) or to the old parent
  // (territorial).
  const bool subordination = move.line == type::v1::LINE_SUBORDINATION;
  int current = -1;
  if (subordination || !move.old_parent.empty()) {
    for (int i = 0; i < row.edges_size(); ++i) {
      const rows::EdgeRow& edge = row.edges(i);
      if (edge.line() != move.line || (!subordination && edge.parent() != move.old_parent)) {
        continue;
      }
      if (current < 0 || edge.from() > row.edges(current).from()) current = i;
    }
  }
  if (!move.old_parent.empty() && (current < 0 || row.edges(current).parent() != move.old_parent ||
                                   (alive && row.edges(current).to() <= move.effective))) {
    AddViolation(out, "PARENT_NOT_THERE", "old_parent",
                 absl::StrCat(move.old_parent, " 不是现在的上级，请重新读取后再提交"));
    current = -1;
  } else if (current >= 0 && move.effective < row.edges(current).from()) {
    AddViolation(out, "PERIOD_INVALID", "effective_on",
                 absl::StrCat("生效日期不能早于现有关系的开始日期 ",
                              DateText(row.edges(current).from()), "：更早的日期保持原有的关系"));
  }
  if (!out.empty() && move.new_parent.empty()) return;
  if (current >= 0 && out.empty()) {
    if (row.edges(current).from() == move.effective) {
      row.mutable_edges()->DeleteSubrange(current, 1);
    } else {
      row.mutable_edges(current)->set_to(move.effective);
    }
  }
  if (move.new_parent.empty()) return;
  rows::EdgeRow edge;
  edge.set_parent(move.new_parent);
  edge.set_line(move.line);
  edge.set_from(move.effective);
  edge.set_to(std::min(row.dissolved(), move.until));
  edge.set_document_number(move.document_number);
  edge.set_authority(move.authority);
  edge.set_reason(move.reason);
  *row.add_edges() = edge;
  if (GuidedTwice(row, edge)) {
    AddViolation(out, "PERIOD_INVALID", "effective_on",
                 absl::StrCat("与 ", edge.parent(), " 的属地关系在这一时期已经存在"));
  }
  if (!PeriodOf(edge).empty()) JudgeParent(row, edge, facts, "new_parent", out);
}

std::optional<std::string> NormalCreditCode(absl::string_view code) {
  if (code.empty()) return "";
  auto parsed = ParseCreditCode(code);
  if (!parsed.ok()) return std::nullopt;
  return parsed->code;
}

void JudgeChange(const InstitutionChange& change, rows::InstitutionRow& row, Violations& out) {
  const bool of_kind = change.kind || change.ownership;
  const int32_t title_from = row.titles(row.titles_size() - 1).from();
  const int32_t kind_from = row.kinds(row.kinds_size() - 1).from();
  if (change.day) {
    const int32_t earliest = std::max({row.opened(), change.title ? title_from : row.opened(),
                                       of_kind ? kind_from : row.opened()});
    if (*change.day < earliest || *change.day >= row.closed()) {
      AddViolation(out, "PERIOD_INVALID", "effective_on",
                   absl::StrCat("生效日期不能早于 ", DateText(earliest),
                                "（单位设立，或现有的名称、类别开始使用的日期），且须在撤销之前"));
      return;
    }
  }
  if (change.title) SetTitle(row, change.day.value_or(title_from), *change.title);
  if (of_kind) {
    SetKind(row, change.day.value_or(kind_from), change.kind.value_or(row.kind()),
            change.ownership.value_or(row.ownership()));
  }
}

void JudgeInstitution(const rows::InstitutionRow& row, const InstitutionFacts& facts,
                      absl::string_view at, Violations& out) {
  const Period life = LifeOf(row);
  if (!NormalCreditCode(row.credit_code())) {
    AddViolation(out, "CREDIT_CODE_INVALID", absl::StrCat(at, ".credit_code"),
                 "统一社会信用代码须为 18 位且校验码正确，请对照登记证书核对；没有代码时留空");
    out.back().citation = CreditCodeStandard();
  } else if (facts.credit_code_taken) {
    AddViolation(out, "CREDIT_CODE_TAKEN", absl::StrCat(at, ".credit_code"),
                 "该统一社会信用代码已登记给另一个单位，请核对；没有自己的代码时留空");
  }
  if (!row.parent().empty() && !facts.parent_undecided) {
    if (!facts.parent || facts.parent->kind() == v1::INSTITUTION_KIND_TEACHING_POINT) {
      AddViolation(
          out, "PARENT_NOT_THERE", absl::StrCat(at, ".parent"),
          absl::StrCat("没有学校 ", row.parent(), "：请先登记所属学校，教学点不能再设教学点"));
    }
  }
  if (!facts.organisations.contains(row.keeper())) {
    AddViolation(out, "ORGANISATION_NOT_THERE", absl::StrCat(at, ".keeper"),
                 absl::StrCat("没有党组织 ", row.keeper(), "，请先登记"));
  }
  if (life.empty()) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".closed_on"), "撤销日期须晚于设立日期");
  } else if (EndsBeforeItBegins(row.titles()) || EndsBeforeItBegins(row.kinds())) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".closed_on"),
                 "现有的名称或类别在撤销日期当天或之后才开始使用，请核对撤销日期");
  }
  for (int i = 0; i < row.coverages_size(); ++i) {
    const Period period = PeriodOf(row.coverages(i));
    const std::string subject = absl::StrCat(at, ".coverages[", i, "]");
    if (period.empty()) {
      AddViolation(out, "PERIOD_INVALID", subject, "覆盖的结束日期须晚于开始日期");
      continue;
    }
    if (!life.empty() && !life.Covers(period)) {
      AddViolation(out, "PERIOD_INVALID", subject,
                   absl::StrCat("覆盖须在单位存续期间之内（", PeriodText(life), "）"));
    }
    auto organisation = facts.organisations.find(row.coverages(i).organisation());
    if (organisation == facts.organisations.end() || !LifeOf(organisation->second).Covers(period)) {
      AddViolation(out, "ORGANISATION_NOT_THERE", subject,
                   absl::StrCat("党组织 ", row.coverages(i).organisation(),
                                " 没有登记，或在这段时期并不一直存在"));
    }
    for (int j = 0; j < i; ++j) {
      if ((PeriodOf(row.coverages(j)) & period).empty()) continue;
      AddViolation(out, "PERIODS_OVERLAP", subject,
                   "同一天只能有一种覆盖方式，这段时期与另一段重叠，请先写明前一段的结束日期");
      break;
    }
  }
  for (const rows::PostRow& post : facts.posts) {
    if (life.empty() || life.Covers(PeriodOf(post))) continue;
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".closed_on"),
                 absl::StrCat("任职 ", post.id(), " 在撤销之后仍未结束，请先免职"));
  }
}

void JudgePost(const rows::PostRow& row, const Seat& seat, absl::string_view at, Violations& out) {
  const bool leading = row.kind() == v1::POST_KIND_HEAD ||
                       row.kind() == v1::POST_KIND_DEPUTY_HEAD ||
                       row.kind() == v1::POST_KIND_LEADING_MEMBER;
  const bool at_institution = IdOf(kInstitutions, row.seat()).has_value();
  if (leading != at_institution) {
    AddViolation(out, "SEAT_DOES_NOT_FIT", absl::StrCat(at, ".seat"),
                 leading ? "行政职务须任在单位（institutions/…）"
                         : "党内职务须任在党组织（organisations/…）");
  }
  const Period period = PeriodOf(row);
  if (period.empty()) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".valid_to"), "免职日期须晚于任职日期");
  }
  if (!seat.there) {
    AddViolation(out, "SEAT_NOT_THERE", absl::StrCat(at, ".seat"),
                 absl::StrCat("没有 ", row.seat(), "，请先登记"));
    return;
  }
  if (period.empty()) return;
  if (!Period{seat.from, seat.to}.Covers(period)) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".valid_from"),
                 absl::StrCat("任职须在 ", row.seat(), " 存续期间之内（",
                              PeriodText({seat.from, seat.to}), "）"));
  }
  if (row.kind() != v1::POST_KIND_SECRETARY && row.kind() != v1::POST_KIND_HEAD) return;
  for (const rows::PostRow& other : seat.posts) {
    if (other.id() == row.id() || other.kind() != row.kind()) continue;
    if ((PeriodOf(other) & period).empty()) continue;
    AddViolation(
        out, "POST_TAKEN", absl::StrCat(at, ".valid_from"),
        absl::StrCat("同一时期已有", row.kind() == v1::POST_KIND_HEAD ? "行政主要负责人" : "书记",
                     "在任（", other.id(), "，", PeriodText(PeriodOf(other)), "），请先免职"));
    if (row.kind() == v1::POST_KIND_SECRETARY) out.back().citation = OneSecretary();
    return;
  }
}

}  // namespace zhibu::registry
