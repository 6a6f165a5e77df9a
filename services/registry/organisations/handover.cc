#include "services/registry/organisations/handover.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

constexpr int kMostNames = 100;

template <typename Names>
void Name(const std::string& name, Names* names) {
  if (names->size() < kMostNames) *names->Add() = name;
}

void RefuseLater(absl::string_view what, const std::string& name, int32_t from,
                 Violations& refused) {
  AddViolation(refused, "PERIOD_INVALID", name,
               absl::StrCat(what, "自 ", FormatDate(DayFromNumber(from)),
                            " 起才开始，晚于生效日期；请核对生效日期，或先更正这一项"));
}

class Hand {
 public:
  Hand(const Handover& handover, const Books& books, Txn& txn, v1::ReorganisationEffects& effects,
       Violations& refused)
      : handover_(handover),
        from_(handover.from->id()),
        books_(books),
        txn_(txn),
        effects_(effects),
        refused_(refused) {}

  absl::Status SubOrganisations();
  absl::Status Institutions();
  absl::Status Posts();

 private:
  absl::Status MoveEdges(rows::OrganisationRow row, const std::string& to);
  bool HoldsLater(int32_t to) const { return to > handover_.effective; }

  const Handover& handover_;
  const std::string from_;
  const Books& books_;
  Txn& txn_;
  v1::ReorganisationEffects& effects_;
  Violations& refused_;
  std::vector<std::string> left_organisations_, left_institutions_;
};

// "a、b、c 等 5 个".
std::string Listed(const std::vector<std::string>& ids) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < std::min(ids.size(), kShown); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "、", ids[i]);
  }
  if (ids.size() > kShown) absl::StrAppend(&text, " 等 ", ids.size(), " 个");
  return text;
}

absl::Status Hand::SubOrganisations() {
  std::set<std::string> ids;
  for (const auto line : {type::v1::LINE_SUBORDINATION, type::v1::LINE_TERRITORIAL}) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> below, BelowOn(txn_, from_, line));
    ids.insert(below.begin(), below.end());
  }
  for (const std::string& id : ids) {
    if (handover_.ending.contains(id)) continue;
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> row, FindOrganisation(txn_, id));
    if (!row) return absl::DataLossError("an index names an organisation that is not there");
    const bool concerned = std::any_of(
        row->edges().begin(), row->edges().end(),
        [&](const rows::EdgeRow& edge) { return edge.parent() == from_ && HoldsLater(edge.to()); });
    if (!concerned) continue;
    const std::string to = handover_.of_organisation(id);
    if (to.empty()) {
      if (!handover_.goes_on) left_organisations_.push_back(id);
      continue;
    }
    effects_.set_sub_organisations(effects_.sub_organisations() + 1);
    Name(NameOf(kOrganisations, id), effects_.mutable_sub_organisation_names());
    ZHIBU_RETURN_IF_ERROR(MoveEdges(*std::move(row), to));
  }
  if (!left_organisations_.empty()) {
    AddViolation(refused_, "SUB_ORGANISATIONS_LEFT", NameOf(kOrganisations, from_),
                 absl::StrCat("还有下级党组织 ", Listed(left_organisations_),
                              "，请写明由哪个党组织接续，或先调整它们的隶属"));
  }
  return absl::OkStatus();
}

absl::Status Hand::MoveEdges(rows::OrganisationRow row, const std::string& to) {
  const std::string name = NameOf(kOrganisations, row.id());
  OrganisationFacts facts;
  ZHIBU_RETURN_IF_ERROR(Collect(txn_, to, /*all_above=*/true, facts.known));
  // As they are before: each edge is moved once, and what is new is not looked at again.
  const rows::OrganisationRow before = row;
  for (const rows::EdgeRow& edge : before.edges()) {
    if (edge.parent() != from_ || !HoldsLater(edge.to())) continue;
    if (edge.from() > handover_.effective) {
      RefuseLater("它与上级的关系", name, edge.from(), refused_);
      continue;
    }
    Move move;
    move.line = edge.line();
    move.old_parent = from_;
    move.new_parent = to;
    move.effective = handover_.effective;
    move.authority = handover_.authority;
    move.document_number = handover_.document_number;
    move.reason = handover_.reason;
    move.until = edge.to();
    // Who is guided by the successor already, or is itself the successor, only loses an edge.
    const bool guided =
        std::any_of(before.edges().begin(), before.edges().end(), [&](const rows::EdgeRow& other) {
          return other.line() == type::v1::LINE_TERRITORIAL && other.parent() == to &&
                 HoldsLater(other.to());
        });
    if (edge.line() == type::v1::LINE_TERRITORIAL && (guided || to == row.id())) {
      move.new_parent.clear();
    }
    Violations violations;
    JudgeMove(move, facts, row, violations);
    for (Violation& violation : violations) {
      violation.subject = name;
      refused_.push_back(std::move(violation));
    }
  }
  SortDated(row);
  row.set_version(row.version() + 1);
  return books_.Store(txn_, row);
}

absl::Status Hand::Institutions() {
  std::set<std::string> ids;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> kept, KeptBy(txn_, from_));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> covered, CoveredBy(txn_, from_));
  ids.insert(kept.begin(), kept.end());
  ids.insert(covered.begin(), covered.end());
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::InstitutionRow> row, FindInstitution(txn_, id));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    const std::string name = NameOf(kInstitutions, id);
    const auto held = [&](const rows::CoverageRow& coverage) {
      return coverage.organisation() == from_ && HoldsLater(coverage.to());
    };
    const bool covers = std::any_of(row->coverages().begin(), row->coverages().end(), held);
    const bool keeps = row->keeper() == from_ && HoldsLater(row->closed());
    if (!covers && !keeps) continue;
    const std::string to = handover_.of_institution(id);
    if (to.empty()) {
      if (!handover_.goes_on) left_institutions_.push_back(id);
      continue;
    }
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> successor,
                           FindOrganisation(txn_, to));
    for (int i = row->coverages_size() - 1; i >= 0; --i) {
      rows::CoverageRow& coverage = *row->mutable_coverages(i);
      if (!held(coverage)) continue;
      if (coverage.from() > handover_.effective) {
        RefuseLater("对该单位的覆盖", name, coverage.from(), refused_);
        continue;
      }
      rows::CoverageRow next = coverage;
      next.set_organisation(to);
      next.set_from(handover_.effective);
      if (!successor || !LifeOf(*successor).Covers(PeriodOf(next))) {
        AddViolation(refused_, "SUCCESSOR_NOT_THERE", name,
                     absl::StrCat("接续的党组织 ", to, " 不能涵盖该单位的覆盖时期"));
        continue;
      }
      if (coverage.from() == handover_.effective) {
        coverage = next;
      } else {
        coverage.set_to(handover_.effective);
        *row->add_coverages() = next;
      }
    }
    if (keeps) row->set_keeper(to);
    effects_.set_institutions(effects_.institutions() + 1);
    Name(name, effects_.mutable_institution_names());
    SortDated(*row);
    row->set_version(row->version() + 1);
    ZHIBU_RETURN_IF_ERROR(books_.Store(txn_, *row));
  }
  if (!left_institutions_.empty()) {
    AddViolation(refused_, "INSTITUTIONS_LEFT", NameOf(kOrganisations, from_),
                 absl::StrCat("还有单位 ", Listed(left_institutions_),
                              " 由它覆盖或管理，请写明由哪个党组织接续"));
  }
  return absl::OkStatus();
}

absl::Status Hand::Posts() {
  if (handover_.goes_on) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         AtSeat(txn_, NameOf(kOrganisations, from_)));
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> row, FindPost(txn_, id));
    if (!row) return absl::DataLossError("an index names a post that is not there");
    if (!HoldsLater(row->to())) continue;
    const std::string name = NameOf(kPosts, id);
    if (row->from() >= handover_.effective) {
      RefuseLater("该职务", name, row->from(), refused_);
      continue;
    }
    row->set_to(handover_.effective);
    effects_.set_posts(effects_.posts() + 1);
    Name(name, effects_.mutable_post_names());
    row->set_version(row->version() + 1);
    ZHIBU_RETURN_IF_ERROR(books_.Store(txn_, *row));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status HandOver(const Handover& handover, const Books& books, Txn& txn,
                      v1::ReorganisationEffects& effects, Violations& refused) {
  Hand hand(handover, books, txn, effects, refused);
  ZHIBU_RETURN_IF_ERROR(hand.SubOrganisations());
  ZHIBU_RETURN_IF_ERROR(hand.Institutions());
  return hand.Posts();
}

}  // namespace zhibu::registry
