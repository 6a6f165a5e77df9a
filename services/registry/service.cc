#include "services/registry/service.h"

#include <utility>

#include "common/base/status.h"
#include "common/rpc/rpcs.h"
#include "services/registry/books/advisories.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/data/load_norms.h"
#include "services/registry/offices/elections.h"
#include "services/registry/offices/institutions.h"
#include "services/registry/offices/leadership.h"
#include "services/registry/offices/posts.h"
#include "services/registry/organisations/organisations.h"
#include "services/registry/organisations/reorganisations.h"
#include "services/registry/parts.h"
#include "services/registry/standing/facilities.h"
#include "services/registry/standing/standing.h"
#include "zhibu/registry/v1/election_service.pb.h"
#include "zhibu/registry/v1/facility_service.pb.h"
#include "zhibu/registry/v1/leadership_service.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"
#include "zhibu/registry/v1/reorganisation_service.pb.h"
#include "zhibu/registry/v1/standing_service.pb.h"

namespace zhibu::registry {

std::vector<const google::protobuf::ServiceDescriptor*> RegistryContracts() {
  return {v1::CreateOrganisationRequest::descriptor()->file()->service(0),
          v1::MergeOrganisationsRequest::descriptor()->file()->service(0),
          v1::RecordElectionRequest::descriptor()->file()->service(0),
          v1::ListPostMatrixRequest::descriptor()->file()->service(0),
          v1::GetRegistrySummaryRequest::descriptor()->file()->service(0),
          v1::CreateFacilityRequest::descriptor()->file()->service(0)};
}

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildRegistry(Server& server,
                                                                          RegistryOptions options) {
  ZHIBU_ASSIGN_OR_RETURN(norms::Norms data, LoadNorms(options.norms_file));
  const auto parts = std::make_shared<const Parts>(&server.tree(), std::move(data));
  if (options.membership) {
    ZHIBU_RETURN_IF_ERROR(server.Follow(
        "membership", options.membership, [parts](Txn& txn, const google::protobuf::Any& event) {
          return ApplyMembership(txn, event, [&](absl::string_view organisation) {
            return RefreshAdvisories(txn, parts->norms, organisation);
          });
        }));
  }
  ZHIBU_RETURN_IF_ERROR(parts->books.Load(*server.store().TakeSnapshot()));
  // The bodies, each with what it needs.
  const Norms* const norms = &parts->norms;
  const Books* const books = &parts->books;
  Pages* const pages = &server.pages();
  const auto organisations = std::make_shared<const Organisations>(books, pages);
  const auto institutions = std::make_shared<const Institutions>(books, pages);
  const auto posts = std::make_shared<const Posts>(books, pages);
  const auto reorganisations = std::make_shared<const Reorganisations>(books, pages);
  const auto elections = std::make_shared<const Elections>(norms, books, pages);
  const auto leadership = std::make_shared<const LeadershipLists>(norms, pages);
  const auto standing = std::make_shared<const Standing>(norms, pages);
  const auto facilities = std::make_shared<const Facilities>(pages);

  Rpcs rpcs(&server.calls());
  rpcs.Keep(parts);
  rpcs.Write(organisations, &Organisations::Create);
  rpcs.Write(organisations, &Organisations::BatchCreate);
  rpcs.Write(organisations, &Organisations::Update);
  rpcs.Write(organisations, &Organisations::Move);
  rpcs.PointRead(organisations, &Organisations::Get);
  rpcs.Read(organisations, &Organisations::BatchGet);
  rpcs.PointRead(organisations, &Organisations::Find);
  rpcs.PointRead(organisations, &Organisations::Ancestors);
  rpcs.Read(organisations, &Organisations::List);

  rpcs.Write(institutions, &Institutions::Create);
  rpcs.Write(institutions, &Institutions::BatchCreate);
  rpcs.Write(institutions, &Institutions::Update);
  rpcs.PointRead(institutions, &Institutions::Get);
  rpcs.Read(institutions, &Institutions::BatchGet);
  rpcs.PointRead(institutions, &Institutions::Find);
  rpcs.Read(institutions, &Institutions::List);

  rpcs.Write(posts, &Posts::Create);
  rpcs.Write(posts, &Posts::BatchCreate);
  rpcs.Write(posts, &Posts::End);
  rpcs.Write(posts, &Posts::Correct);
  rpcs.PointRead(posts, &Posts::Get);
  rpcs.Read(posts, &Posts::List);

  rpcs.Write(reorganisations, &Reorganisations::Rename);
  rpcs.Write(reorganisations, &Reorganisations::ChangeKind);
  rpcs.Write(reorganisations, &Reorganisations::Merge);
  rpcs.Write(reorganisations, &Reorganisations::Split);
  rpcs.Write(reorganisations, &Reorganisations::Dissolve);
  rpcs.PointRead(reorganisations, &Reorganisations::Get);
  rpcs.Read(reorganisations, &Reorganisations::List);

  rpcs.Write(elections, &Elections::Record);
  rpcs.Write(elections, &Elections::BatchRecord);
  rpcs.Write(elections, &Elections::Decide);
  rpcs.Write(elections, &Elections::Postpone);
  rpcs.Write(elections, &Elections::Correct);
  rpcs.PointRead(elections, &Elections::Get);
  rpcs.PointRead(elections, &Elections::GetTerm);
  rpcs.Read(elections, &Elections::List);
  rpcs.Read(elections, &Elections::ListDue);

  rpcs.Read(leadership, &LeadershipLists::Matrix);
  rpcs.Read(leadership, &LeadershipLists::Vacancies);

  rpcs.Read(standing, &Standing::Advisories);
  rpcs.Read(standing, &Standing::Gaps);
  rpcs.Read(standing, &Standing::Summary);
  rpcs.Read(standing, &Standing::Search);

  rpcs.Write(facilities, &Facilities::Create);
  rpcs.Write(facilities, &Facilities::BatchCreate);
  rpcs.Write(facilities, &Facilities::End);
  rpcs.Write(facilities, &Facilities::Correct);
  rpcs.PointRead(facilities, &Facilities::Get);
  rpcs.Read(facilities, &Facilities::List);
  return rpcs.Services(RegistryContracts());
}

}  // namespace zhibu::registry
