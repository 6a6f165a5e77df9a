// Codes, outside ids, ancestors and many at once, as of a day.
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OrganisationQueries : public RegistryTest {
 protected:
  OrganisationQueries() { SetUpCounty(); }

  // Known as `external` in the province's system during [from, to).
  v1::UpdateOrganisationRequest KnownAs(const std::string& id, const std::string& external,
                                        google::type::Date from, google::type::Date to = {}) {
    v1::UpdateOrganisationRequest request;
    v1::Organisation& organisation = *request.mutable_organisation();
    organisation.set_name(Org(id));
    organisation.set_etag(EtagOf(id));
    type::v1::ExternalId& known = *organisation.add_external_ids();
    known.set_system("province");
    known.set_id(external);
    *known.mutable_valid_from() = from;
    if (to.year() != 0) *known.mutable_valid_to() = to;
    request.mutable_update_mask()->add_paths("external_ids");
    return request;
  }
  // The id of who was found, or the reason.
  std::string Found(const v1::FindOrganisationRequest& request,
                    const std::string& token = kOwnerToken) {
    v1::FindOrganisationResponse response;
    const absl::Status status = Invoke(&Stub::FindOrganisation, stub_, request, &response, token);
    return status.ok() ? response.organisation().name().substr(14) : ReasonOf(status);
  }
  std::string WithCode(const std::string& code, google::type::Date day,
                       const std::string& token = kOwnerToken) {
    v1::FindOrganisationRequest request;
    request.set_code(code);
    *request.mutable_as_of() = day;
    return Found(request, token);
  }
  std::string WithExternalId(const std::string& id, google::type::Date day) {
    v1::FindOrganisationRequest request;
    request.set_system("province");
    request.set_external_id(id);
    *request.mutable_as_of() = day;
    return Found(request);
  }
  v1::FindOrganisationRequest Called(const std::string& title, google::type::Date day = {}) {
    v1::FindOrganisationRequest request;
    request.set_title(title);
    if (day.year() != 0) *request.mutable_as_of() = day;
    return request;
  }
  // A branch of its own title, since 2000.
  absl::Status AddBranch(const std::string& id, const std::string& parent,
                         const std::string& title) {
    auto request = NewOrganisation(id, parent, type::v1::ORGANISATION_KIND_BRANCH);
    request.mutable_organisation()->set_title(title);
    return Do(request);
  }
  absl::Status Merge(const std::string& id, const std::string& into, google::type::Date day) {
    v1::MergeOrganisationsRequest request;
    request.set_reorganisation_id("m-" + id);
    request.mutable_decision()->set_authority(Org("county"));
    request.mutable_decision()->set_document_number("1");
    *request.mutable_decision()->mutable_effective_on() = day;
    v1::OrganisationVersion& merged = *request.add_merged();
    merged.set_organisation(Org(id));
    merged.set_etag(EtagOf(id));
    request.set_into(Org(into));
    v1::MergeOrganisationsResponse response;
    return Decide(&v1::ReorganisationService::Stub::MergeOrganisations, request, &response);
  }
  std::vector<std::string> Ancestors(const std::string& id, type::v1::Line line,
                                     google::type::Date day) {
    v1::GetAncestorsRequest request;
    v1::GetAncestorsResponse response;
    request.set_name(Org(id));
    request.set_line(line);
    *request.mutable_as_of() = day;
    std::vector<std::string> ids;
    EXPECT_TRUE(Invoke(&Stub::GetAncestors, stub_, request, &response).ok());
    for (const auto& organisation : response.organisations()) {
      ids.push_back(organisation.name().substr(14));
    }
    return ids;
  }
};

TEST_F(OrganisationQueries, ACodeBelongsToOneOnADayAndGoesWithAMove) {
  auto coded = NewOrganisation("coded", "gb", type::v1::ORGANISATION_KIND_BRANCH);
  coded.mutable_organisation()->set_code("001002");
  ASSERT_TRUE(Do(coded).ok());
  auto move = MoveOf("coded", "scoped", Date(2020));
  move.set_code("001003");
  ASSERT_TRUE(Do(move).ok());
  EXPECT_EQ(WithCode("001002", Date(2019, 12, 31)), "coded");
  EXPECT_EQ(WithCode("001002", Date(2020)), "NOT_FOUND");
  EXPECT_EQ(WithCode("001003", Date(2020)), "coded");
  EXPECT_EQ(Get("coded", Date(2019))->code(), "001002");
  EXPECT_EQ(Get("coded")->codes_size(), 2);
  // The old code is free from then on, and not before.
  auto heir = NewOrganisation("heir", "gb", type::v1::ORGANISATION_KIND_BRANCH, Date(2019));
  heir.mutable_organisation()->set_code("001002");
  EXPECT_THAT(Do(heir), IsRefused("CODE_TAKEN"));
  heir = NewOrganisation("heir", "gb", type::v1::ORGANISATION_KIND_BRANCH, Date(2020));
  heir.mutable_organisation()->set_code("001002");
  EXPECT_TRUE(Do(heir).ok());
  EXPECT_EQ(WithCode("001002", Date(2021)), "heir");
  // Who is out of scope is not there.
  EXPECT_EQ(WithCode("001003", Date(2021), kScopedToken), "coded");
  EXPECT_EQ(WithCode("001002", Date(2021), kScopedToken), "NOT_FOUND");
}

TEST_F(OrganisationQueries, AnOutsideIdBelongsToOneOnADay) {
  ASSERT_TRUE(Do(KnownAs("b1", "X-1", Date(2010), Date(2015))).ok());
  EXPECT_EQ(WithExternalId("X-1", Date(2014, 12, 31)), "b1");
  EXPECT_EQ(WithExternalId("X-1", Date(2015)), "NOT_FOUND");
  EXPECT_THAT(Do(KnownAs("b2", "X-1", Date(2014))), IsRefused("EXTERNAL_ID_TAKEN"));
  EXPECT_TRUE(Do(KnownAs("b2", "X-1", Date(2015))).ok());
  EXPECT_EQ(WithExternalId("X-1", Date(2015)), "b2");
  EXPECT_THAT(Do(KnownAs("b1", "有空格 ", Date(2016))), IsMalformed("EXTERNAL_ID_INVALID"));
  EXPECT_THAT(Do(KnownAs("b1", "X-2", Date(1999))), IsRefused("PERIOD_INVALID"));
  auto twice = KnownAs("b1", "X-2", Date(2016));
  *twice.mutable_organisation()->add_external_ids() = twice.organisation().external_ids(0);
  EXPECT_THAT(Do(twice), IsRefused("PERIODS_OVERLAP"));
}

TEST_F(OrganisationQueries, IsAskedByOneKeyAlone) {
  v1::FindOrganisationRequest request;
  EXPECT_EQ(Found(request), "KEY_REQUIRED");
  request.set_code("001");
  request.set_system("province");
  request.set_external_id("X-1");
  EXPECT_EQ(Found(request), "KEY_REQUIRED");
  request.clear_external_id();
  EXPECT_EQ(Found(request), "KEY_REQUIRED");
  request.clear_code();
  request.clear_system();
  request.set_external_id("X-1");
  EXPECT_EQ(Found(request), "KEY_REQUIRED");
  request.set_system("province");
  request.set_title("中共示范县委员会");
  EXPECT_EQ(Found(request), "KEY_REQUIRED");
  EXPECT_EQ(Found(Called(" \t")), "TITLE_INVALID");
  // A date of zeros is no date.
  request = Called("中共青岚县委员会");
  request.mutable_as_of();
  EXPECT_EQ(Found(request), "DATE_INVALID");
}

TEST_F(OrganisationQueries, ATitleIsComparedWithoutBlanksAndWithOneMiddleDot) {
  ASSERT_TRUE(AddBranch("dot", "gb", "中共示范县阿·里木 小学支部委员会").ok());
  ASSERT_TRUE(AddBranch("wide", "gb", "示范县第１中学（Ａ区）党支部").ok());
  for (const char* title :
       {"中共示范县阿·里木 小学支部委员会", "中共示范县阿•里木小学支部委员会",
        "中共 示范县　阿・里木小学支部委员会", " 中共示范县阿‧里木小学支部委员会 "}) {
    EXPECT_EQ(Found(Called(title)), "dot") << title;
  }
  for (const char* title : {"中共示范县阿里木小学支部委员会", "中共示范县阿·里木小学支部",
                            "示范县阿·里木小学支部委员会", "中共示范县阿·里目小学支部委员会"}) {
    EXPECT_EQ(Found(Called(title)), "NOT_FOUND") << title;
  }
  EXPECT_EQ(Found(Called("示范县第1中学(A区)党支部")), "wide");
  EXPECT_EQ(Found(Called("示范县第1中学(a区)党支部")), "NOT_FOUND");
}

TEST_F(OrganisationQueries, ATitleIsThatOfTheDay) {
  ASSERT_TRUE(AddBranch("renamed", "gb", "示范县旧名党支部").ok());
  v1::RenameOrganisationRequest rename;
  rename.set_reorganisation_id("rename");
  rename.mutable_decision()->set_authority(Org("county"));
  rename.mutable_decision()->set_document_number("1");
  *rename.mutable_decision()->mutable_effective_on() = Date(2015);
  rename.set_organisation(Org("renamed"));
  rename.set_etag(EtagOf("renamed"));
  rename.set_title("示范县新名党支部");
  v1::RenameOrganisationResponse renamed;
  ASSERT_TRUE(Decide(&v1::ReorganisationService::Stub::RenameOrganisation, rename, &renamed).ok());
  EXPECT_EQ(Found(Called("示范县旧名党支部", Date(2014, 12, 31))), "renamed");
  EXPECT_EQ(Found(Called("示范县新名党支部", Date(2014, 12, 31))), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县旧名党支部", Date(2015))), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县新名党支部", Date(2015))), "renamed");
  EXPECT_EQ(Found(Called("示范县旧名党支部", Date(1999))), "NOT_FOUND");
  // Of one that ended only the last title counts.
  ASSERT_TRUE(Merge("renamed", "b1", Date(2020)).ok());
  EXPECT_EQ(Found(Called("示范县旧名党支部")), "NOT_FOUND");
  EXPECT_EQ(Found(Called("示范县新名党支部")), "renamed");
  EXPECT_EQ(Found(Called("示范县旧名党支部", Date(2014))), "renamed");
}

TEST_F(OrganisationQueries, ATitleThatSeveralHaveIsAnsweredWithAllOfThem) {
  auto other = NewOrganisation("other-county", "");
  other.mutable_organisation()->set_title("中共青岚县委员会");
  ASSERT_TRUE(Do(other).ok());
  const std::string title = "第一小学党支部";
  ASSERT_TRUE(AddBranch("here", "gb", title).ok());
  ASSERT_TRUE(AddBranch("there", "other-county", "第一小学 党支部").ok());
  v1::FindOrganisationResponse response;
  const absl::Status status = Invoke(&Stub::FindOrganisation, stub_, Called(title), &response);
  EXPECT_THAT(status, IsRefused("NAME_NOT_UNIQUE"));
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].subject(), Org("here"));
  EXPECT_THAT(findings[0].message(), HasSubstr("第一小学党支部（上级：中共示范县委员会）"));
  EXPECT_EQ(findings[1].subject(), Org("there"));
  EXPECT_THAT(findings[1].message(), HasSubstr("第一小学 党支部（上级：中共青岚县委员会）"));
  // Who is out of scope is not there.
  EXPECT_EQ(Found(Called(title), kScopedToken), "NOT_FOUND");
  ASSERT_TRUE(AddBranch("mine", "scoped", title).ok());
  EXPECT_EQ(Found(Called(title), kScopedToken), "mine");
  // Nor is the title told of a superior that is out of it.
  ASSERT_TRUE(AddBranch("twin", "scoped", "中共示范县委员会").ok());
  const absl::Status scoped =
      Invoke(&Stub::FindOrganisation, stub_, Called("中共示范县委员会"), &response, kScopedToken);
  EXPECT_THAT(scoped, IsRefused("NAME_NOT_UNIQUE"));
  ASSERT_EQ(FindingsOf(scoped).size(), 3u);
  EXPECT_EQ(FindingsOf(scoped)[1].subject(), Org("scoped"));
  EXPECT_THAT(FindingsOf(scoped)[1].message(), HasSubstr("（上级：organisations/town）"));
}

TEST_F(OrganisationQueries, ATitleFindsWhatWasMergedAndWhoContinuesIt) {
  const std::string title = "第二小学党支部";
  ASSERT_TRUE(AddBranch("x1", "gb", title).ok());
  ASSERT_TRUE(AddBranch("x2", "scoped", title).ok());
  ASSERT_TRUE(Merge("x1", "b1", Date(2020, 7, 1)).ok());
  EXPECT_EQ(Found(Called(title, Date(2020, 6, 30))), "NAME_NOT_UNIQUE");
  // One that exists goes before one that ended.
  EXPECT_EQ(Found(Called(title, Date(2020, 7, 1))), "x2");
  ASSERT_TRUE(Merge("x2", "s1", Date(2021)).ok());
  EXPECT_EQ(Found(Called(title, Date(2020, 7, 1))), "x2");
  v1::FindOrganisationResponse response;
  const absl::Status status = Invoke(&Stub::FindOrganisation, stub_, Called(title), &response);
  EXPECT_THAT(status, IsRefused("NAME_NOT_UNIQUE"));
  ASSERT_EQ(FindingsOf(status).size(), 2u);
  EXPECT_THAT(FindingsOf(status)[0].message(), HasSubstr("（上级：中共示范县委员会，已撤销）"));
  // Who stood above it on its last day sees the one that was theirs, as it last was.
  ASSERT_TRUE(Invoke(&Stub::FindOrganisation, stub_, Called(title), &response, kScopedToken).ok());
  EXPECT_EQ(response.organisation().name(), Org("x2"));
  EXPECT_EQ(response.organisation().title(), title);
  EXPECT_EQ(response.organisation().subordination_parent(), Org("scoped"));
  EXPECT_EQ(*FromProto(response.organisation().dissolved_on()), absl::CivilDay(2021, 1, 1));
  EXPECT_THAT(response.organisation().successors(), ElementsAre(Org("s1")));
}

TEST_F(OrganisationQueries, AMoveSaysWhy) {
  auto move = MoveOf("b1", "scoped", Date(2020));
  move.set_authority(Org("county"));
  move.set_document_number("〔2020〕1号");
  std::string reason;
  for (int i = 0; i < 201; ++i) reason += "由";
  move.set_reason(reason);
  EXPECT_THAT(Do(move), IsMalformed("REASON_INVALID"));
  move.set_reason("布局调整");
  ASSERT_TRUE(Do(move).ok());
  const v1::Affiliation edge = Get("b1")->affiliations(1);
  EXPECT_EQ(edge.authority(), Org("county"));
  EXPECT_EQ(edge.reason(), "布局调整");
}

TEST_F(OrganisationQueries, AncestorsAreThoseOfTheDayAndLine) {
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2020))).ok());
  auto guided = MoveOf("b1", "scoped", Date(2010));
  guided.set_line(type::v1::LINE_TERRITORIAL);
  ASSERT_TRUE(Do(guided).ok());
  using type::v1::LINE_EITHER;
  using type::v1::LINE_SUBORDINATION;
  using type::v1::LINE_TERRITORIAL;
  EXPECT_THAT(Ancestors("b1", LINE_SUBORDINATION, Date(2019)), ElementsAre("gb", "town", "county"));
  EXPECT_THAT(Ancestors("b1", LINE_SUBORDINATION, Date(2020)),
              ElementsAre("gb", "bureau", "county"));
  EXPECT_THAT(Ancestors("b1", LINE_TERRITORIAL, Date(2020)),
              ElementsAre("scoped", "town", "county"));
  EXPECT_THAT(Ancestors("b1", LINE_EITHER, Date(2005)), ElementsAre("gb", "town", "county"));
  EXPECT_THAT(Ancestors("county", LINE_EITHER, Date(2005)), IsEmpty());
}

// Kind, line, subtree, status and date together, against what is known of each organisation alone.
TEST_F(OrganisationQueries, FiltersCombine) {
  ASSERT_TRUE(
      Do(NewOrganisation("late", "gb", type::v1::ORGANISATION_KIND_BRANCH, Date(2012))).ok());
  auto guided = MoveOf("b1", "bureau", Date(2005));
  guided.set_line(type::v1::LINE_TERRITORIAL);
  ASSERT_TRUE(Do(guided).ok());
  ASSERT_TRUE(Do(MoveOf("b2", "scoped", Date(2010))).ok());
  const auto dissolve = [&](const std::string& id, google::type::Date day) {
    v1::DissolveOrganisationRequest request;
    request.set_reorganisation_id("d-" + id);
    request.mutable_decision()->set_authority(Org("county"));
    request.mutable_decision()->set_document_number("1");
    *request.mutable_decision()->mutable_effective_on() = day;
    request.mutable_organisation()->set_organisation(Org(id));
    request.mutable_organisation()->set_etag(EtagOf(id));
    v1::DissolveOrganisationResponse response;
    return Decide(&v1::ReorganisationService::Stub::DissolveOrganisation, request, &response);
  };
  ASSERT_TRUE(dissolve("b1", Date(2015)).ok());
  ASSERT_TRUE(dissolve("b2", Date(2018)).ok());
  v1::ChangeOrganisationKindRequest upgrade;
  upgrade.set_reorganisation_id("up");
  upgrade.mutable_decision()->set_authority(Org("county"));
  upgrade.mutable_decision()->set_document_number("1");
  *upgrade.mutable_decision()->mutable_effective_on() = Date(2016);
  upgrade.set_organisation(Org("s1"));
  upgrade.set_etag(EtagOf("s1"));
  upgrade.set_kind(type::v1::ORGANISATION_KIND_JOINT_BRANCH);
  v1::ChangeOrganisationKindResponse upgraded;
  ASSERT_TRUE(
      Decide(&v1::ReorganisationService::Stub::ChangeOrganisationKind, upgrade, &upgraded).ok());

  const std::map<std::string, google::type::Date> last_days = {{"b1", Date(2014, 12, 31)},
                                                               {"b2", Date(2017, 12, 31)}};
  const std::vector<std::string> all = {"b1",   "b2", "bureau", "county", "gb",
                                        "late", "s1", "scoped", "town"};
  int shown = 0;
  for (const google::type::Date& day :
       {Date(2004), Date(2011), Date(2014, 12, 31), Date(2015), Date(2017), Date(2020)}) {
    for (const auto line :
         {type::v1::LINE_SUBORDINATION, type::v1::LINE_TERRITORIAL, type::v1::LINE_EITHER}) {
      for (const char* root : {"county", "town", "bureau", "gb", "scoped"}) {
        for (const auto& kinds : std::vector<std::set<type::v1::OrganisationKind>>{
                 {},
                 {type::v1::ORGANISATION_KIND_BRANCH},
                 {type::v1::ORGANISATION_KIND_JOINT_BRANCH,
                  type::v1::ORGANISATION_KIND_GENERAL_BRANCH}}) {
          for (const bool dissolved : {false, true}) {
            std::set<std::string> expected, got;
            for (const std::string& id : all) {
              google::type::Date seen = day;
              if (dissolved) {
                const auto last = last_days.find(id);
                if (last == last_days.end()) continue;
                if (*FromProto(last->second) >= *FromProto(day)) continue;
                seen = last->second;
              }
              const auto organisation = Get(id, seen);
              if (!organisation.ok()) continue;
              if (!kinds.empty() && !kinds.contains(organisation->kind())) continue;
              const auto above = Ancestors(id, line, seen);
              if (id == root || std::find(above.begin(), above.end(), root) != above.end()) {
                expected.insert(id);
              }
            }
            v1::ListOrganisationsRequest request;
            request.set_root(Org(root));
            request.set_line(line);
            *request.mutable_as_of() = day;
            for (const auto kind : kinds) request.add_kinds(kind);
            request.set_status(dissolved ? v1::ORGANISATION_STATUS_DISSOLVED
                                         : v1::ORGANISATION_STATUS_EXISTING);
            request.set_page_size(2);
            do {
              v1::ListOrganisationsResponse response;
              ASSERT_TRUE(Invoke(&Stub::ListOrganisations, stub_, request, &response).ok());
              for (const auto& node : response.organisations()) {
                got.insert(node.organisation().name().substr(14));
                ++shown;
              }
              request.set_page_token(response.next_page_token());
            } while (!request.page_token().empty());
            EXPECT_EQ(got, expected) << root << " line " << line << " on " << day.ShortDebugString()
                                     << (dissolved ? " dissolved" : "");
          }
        }
      }
    }
  }
  EXPECT_GT(shown, 300);
}

TEST_F(OrganisationQueries, ManyAreAnsweredInTheOrderAskedFor) {
  v1::BatchGetOrganisationsRequest request;
  v1::BatchGetOrganisationsResponse response;
  EXPECT_THAT(Invoke(&Stub::BatchGetOrganisations, stub_, request, &response),
              IsMalformed("BATCH_SIZE_INVALID"));
  for (const char* id : {"s1", "county", "s1"}) request.add_names(Org(id));
  ASSERT_TRUE(Invoke(&Stub::BatchGetOrganisations, stub_, request, &response).ok());
  ASSERT_EQ(response.organisations_size(), 3);
  EXPECT_EQ(response.organisations(0).name(), Org("s1"));
  EXPECT_EQ(response.organisations(1).name(), Org("county"));
  // One out of scope, or not there on the day: as if there were none of it.
  EXPECT_THAT(Invoke(&Stub::BatchGetOrganisations, stub_, request, &response, kScopedToken),
              IsNotThere());
  *request.mutable_as_of() = Date(1999);
  EXPECT_THAT(Invoke(&Stub::BatchGetOrganisations, stub_, request, &response), IsNotThere());
}

}  // namespace
}  // namespace zhibu::registry
