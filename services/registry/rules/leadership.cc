#include "services/registry/rules/leadership.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

#include <algorithm>

namespace zhibu::registry {
namespace {

int CountOf(const Leadership& leadership, v1::PostKind from, v1::PostKind to) {
  return static_cast<int>(std::count_if(
      leadership.posts.begin(), leadership.posts.end(),
      [&](const rows::PostRow& post) { return post.kind() >= from && post.kind() <= to; }));
}

}  // namespace

bool OneShoulder(const Leadership& leadership) {
  for (const rows::PostRow& post : leadership.posts) {
    if (post.kind() != v1::POST_KIND_SECRETARY) continue;
    for (const rows::PostRow& head : leadership.heads) {
      if (head.holder() == post.holder()) return true;
    }
  }
  return false;
}

v1::OneShoulderVerdict JudgeOneShoulder(const Leadership& leadership,
                                        const norms::OneShoulder* norm) {
  const bool both = CountOf(leadership, v1::POST_KIND_SECRETARY, v1::POST_KIND_SECRETARY) > 0 &&
                    !leadership.heads.empty();
  if (norm == nullptr || !both) return v1::ONE_SHOULDER_VERDICT_NO_RULE;
  const bool together = OneShoulder(leadership);
  if (together == (norm->expected() == norms::OneShoulder::TOGETHER)) {
    return v1::ONE_SHOULDER_VERDICT_AS_EXPECTED;
  }
  return together ? v1::ONE_SHOULDER_VERDICT_SHOULD_BE_SEPARATE
                  : v1::ONE_SHOULDER_VERDICT_USUALLY_TOGETHER;
}

std::vector<v1::Vacancy> VacanciesOf(const Leadership& leadership, const Norms& norms,
                                     absl::CivilDay day) {
  std::vector<v1::Vacancy> vacancies;
  const auto add = [&](v1::VacancyKind kind, int found, int needed, const norms::Basis* basis) {
    v1::Vacancy& vacancy = vacancies.emplace_back();
    vacancy.set_kind(kind);
    vacancy.set_found(found);
    vacancy.set_needed(needed);
    if (basis != nullptr) *vacancy.mutable_citation() = basis->citation();
  };
  // A party group has a leader, who is no secretary and has no post here.
  if (leadership.kind == type::v1::ORGANISATION_KIND_PARTY_GROUP) return vacancies;
  const int secretaries = CountOf(leadership, v1::POST_KIND_SECRETARY, v1::POST_KIND_SECRETARY);
  if (secretaries == 0) add(v1::VACANCY_KIND_SECRETARY, 0, 1, nullptr);
  const norms::Committee* committee =
      norms.CommitteeOf(leadership.kind, leadership.full_members, day);
  if (committee != nullptr && committee->least() > 0) {
    const int seats = CountOf(leadership, v1::POST_KIND_SECRETARY, v1::POST_KIND_COMMITTEE_MEMBER);
    const int commissioners = CountOf(leadership, v1::POST_KIND_ORGANISATION_COMMISSIONER,
                                      v1::POST_KIND_COMMITTEE_MEMBER);
    if (commissioners == 0) {
      add(v1::VACANCY_KIND_COMMITTEE, seats, committee->least(), &committee->basis());
    } else if (seats < committee->least()) {
      add(v1::VACANCY_KIND_COMMITTEE_SEATS, seats, committee->least(), &committee->basis());
    }
  }
  const norms::OneShoulder* one = norms.OneShoulderOf(leadership.kind, day);
  if (one != nullptr && one->full_time_deputy() && OneShoulder(leadership)) {
    const bool full_time = std::any_of(
        leadership.posts.begin(), leadership.posts.end(), [](const rows::PostRow& post) {
          return post.kind() == v1::POST_KIND_DEPUTY_SECRETARY && post.full_time();
        });
    if (!full_time) add(v1::VACANCY_KIND_FULL_TIME_DEPUTY, 0, 1, &one->basis());
  }
  return vacancies;
}

}  // namespace zhibu::registry
