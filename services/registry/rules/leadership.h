// What the posts of one organisation amount to on one day. Pure.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_LEADERSHIP_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_LEADERSHIP_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "services/registry/books/rows.pb.h"
#include "services/registry/rules/norms.h"
#include "zhibu/registry/v1/leadership_service.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

// As of one day.
struct Leadership {
  type::v1::OrganisationKind kind = type::v1::ORGANISATION_KIND_UNSPECIFIED;
  std::vector<rows::PostRow> posts;  // party posts of the organisation
  std::vector<rows::PostRow> heads;  // of the institutions whose own organisation it is
  int full_members = 0;
};

// Whether its secretary is also head of such an institution (一肩挑): computed, never typed.
bool OneShoulder(const Leadership& leadership);

// By the rule of the kind and day; `norm` null where there is none.
v1::OneShoulderVerdict JudgeOneShoulder(const Leadership& leadership,
                                        const norms::OneShoulder* norm);

// What is vacant; the organisation's name is left empty. Temporary branches too have a secretary.
std::vector<v1::Vacancy> VacanciesOf(const Leadership& leadership, const Norms& norms,
                                     absl::CivilDay day);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_LEADERSHIP_H_
