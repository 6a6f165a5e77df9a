#include "services/registry/books/names.h"

#include <algorithm>

#include "common/base/resource_name.h"
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NamesTest : public RegistryTest {
 protected:
  NamesTest() { SetUpCounty(); }

  void Add(const std::string& id, const std::string& title) {
    auto request = NewOrganisation(id, "gb", type::v1::ORGANISATION_KIND_BRANCH);
    request.mutable_organisation()->set_title(title);
    ASSERT_TRUE(Do(request).ok());
  }
  std::vector<std::string> Titled(const std::string& title) {
    return *PerhapsTitled(*server_.server().store().TakeSnapshot(), kOrganisations, title);
  }
};

TEST_F(NamesTest, AllOfOneTitleAreAmongThemHoweverMany) {
  v1::BatchCreateOrganisationsRequest batch;
  for (int i = 0; i < 300; ++i) {
    auto& request = *batch.add_requests();
    request = NewOrganisation(absl::StrCat("b", 100 + i), "gb", type::v1::ORGANISATION_KIND_BRANCH);
    request.mutable_organisation()->set_title("第一小学党支部");
  }
  ASSERT_TRUE(Do(batch).ok());
  Add("rare", "第一小学后勤党支部");
  const std::vector<std::string> many = Titled("第一小学 党支部");
  for (int i = 0; i < 300; ++i) EXPECT_THAT(many, Contains(absl::StrCat("b", 100 + i)));
  EXPECT_TRUE(std::is_sorted(many.begin(), many.end()));
  // One pair of syllables that few have is enough.
  EXPECT_THAT(Titled("第一小学后勤党支部"), ElementsAre("rare"));
  EXPECT_THAT(Titled("第九小学后勤委员会"), ::testing::SizeIs(::testing::Le(1u)));
}

TEST_F(NamesTest, AreOfOneCollection) {
  ASSERT_TRUE(Do(NewInstitution("school", "gb")).ok());  // 示范县第一中学
  EXPECT_THAT(Titled("示范县第一中学"), ::testing::Not(Contains("school")));
  EXPECT_THAT(
      *PerhapsTitled(*server_.server().store().TakeSnapshot(), kInstitutions, "示范县第一中学"),
      ElementsAre("school"));
}

TEST_F(NamesTest, ATitleThatIsNotReadIsFoundByItsFirstCharacter) {
  Add("other-script", "བོད་ཡིག");
  EXPECT_THAT(Titled("བོད་ཡིག"), ElementsAre("other-script"));
  EXPECT_THAT(Titled("ཡིག"), Contains("other-script"));
  EXPECT_THAT(Titled("ས"), IsEmpty());
}

}  // namespace
}  // namespace zhibu::registry
