// zhibu member reveal, reveals, duplicates; keys reseal; rules verify: handling personal data, and
// judging again.
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/membership/v1/privacy_service.grpc.pb.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::PrivacyService;
using membership::v1::RuleService;

absl::StatusOr<int> Reveal(Context& context) {
  membership::v1::RevealPersonRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kPersons, context.args.Text("PERSON")));
  request.set_purpose(PurposeOf(context.args));
  request.set_reference(context.args.Text("reference"));
  request.set_request_id(RandomId());
  membership::v1::RevealPersonResponse person;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &PrivacyService::Stub::RevealPerson, request, &person));
  if (context.json()) return PrintJson(context, person);
  context.io.out << "姓名      " << person.display_name() << "\n"
                 << "身份号码  " << person.id_number() << "\n"
                 << "出生日期  " << DateText(person.birth_date()) << "\n"
                 << "本次查阅已留痕，修订号 " << person.revision() << "\n";
  return kDone;
}

absl::StatusOr<int> Reveals(Context& context) {
  membership::v1::ListRevealsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kPersons, context.args.Text("PERSON")));
  membership::v1::ListRevealsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &PrivacyService::Stub::ListReveals, request, &all));
  if (context.json()) return PrintJson(context, all);
  Table table;
  table.AddColumn("时间");
  table.AddColumn("账号");
  table.AddColumn("用途");
  table.AddColumn("依据", Align::kLeft, /*can_wrap=*/true);
  for (const auto& reveal : all.reveals()) {
    const absl::Time at = absl::FromUnixSeconds(reveal.read_at().seconds());
    table.AddRow({absl::FormatTime("%Y-%m-%d %H:%M", at, absl::FixedTimeZone(8 * 60 * 60)),
                  reveal.actor(), Term(reveal.purpose()), reveal.reference()});
  }
  context.io.out << request.name() << " 的完整信息被查阅 " << all.reveals_size() << " 次\n\n"
                 << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> Duplicates(Context& context) {
  membership::v1::ListDuplicatesRequest request;
  if (const std::string org = context.args.Text("ORG"); !org.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), ResourceName(kOrganisations, org));
  }
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  membership::v1::ListDuplicatesResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &PrivacyService::Stub::ListDuplicates, request, &all));
  if (context.json()) return PrintJson(context, all);
  Table table;
  table.AddColumn("组", Align::kRight);
  table.AddColumn("姓名");
  table.AddColumn("身份号码");
  table.AddColumn("党组织");
  table.AddColumn("编号");
  for (int i = 0; i < all.groups_size(); ++i) {
    const std::string number = std::to_string(i + 1);
    for (const auto& person : all.groups(i).persons()) {
      table.AddRow({number, person.display_name(), person.id_number(),
                    BareId(person.organisation()), BareId(person.name())});
    }
    if (all.groups(i).elsewhere() > 0) {
      table.AddRow(
          {number, absl::StrCat("另有 ", all.groups(i).elsewhere(), " 人在别处"), "", "", ""});
    }
  }
  context.io.out << "姓名和出生日期相同的档案 " << all.groups_size() << " 组\n\n"
                 << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> Reseal(Context& context) {
  membership::v1::ResealPersonsRequest request;
  membership::v1::ResealPersonsResponse response;
  int64_t resealed = 0;
  do {
    request.set_after(response.next());
    request.set_request_id(RandomId());
    ZHIBU_RETURN_IF_ERROR(context.session.Call(
        context.session.membership(), &PrivacyService::Stub::ResealPersons, request, &response));
    resealed += response.resealed();
  } while (!response.next().empty());
  context.io.out << "已用当前密钥 " << response.key_id() << " 重新加密 " << resealed << " 人\n";
  return kDone;
}

absl::StatusOr<int> VerifyProofs(Context& context) {
  membership::v1::VerifyProofsRequest request;
  if (const std::string org = context.args.Text("ORG"); !org.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), ResourceName(kOrganisations, org));
  }
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  int64_t steps = 0;
  Table table;
  table.AddColumn("发展档案");
  table.AddColumn("第几步", Align::kRight);
  table.AddColumn("原因");
  int found = 0;
  membership::v1::VerifyProofsResponse page;
  do {
    request.set_page_token(page.next_page_token());
    ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                               &RuleService::Stub::VerifyProofs, request, &page));
    steps += page.verified_steps();
    for (const auto& one : page.disagreements()) {
      ++found;
      table.AddRow({one.development_case(), std::to_string(one.sequence()), one.reason()});
    }
  } while (!page.next_page_token().empty());
  context.io.out << "重新核对了 " << steps << " 个步骤的判定依据，不一致 " << found << " 个\n";
  if (found > 0) context.io.out << "\n" << table.Render(context.io.width);
  return found > 0 ? kRefused : kDone;
}

}  // namespace

CommandGroup PrivacyCommands() {
  const Argument person{"PERSON", "人员的编号", true, {}};
  const Argument org{"ORG", "党组织的编号；不写：全部", false, {}};
  const Option line = LineOption("subordination");
  return {"个人信息与复核",
          {
              {"member reveal",
               "查阅一个人的完整姓名和身份号码：须说明用途，并留痕",
               {person},
               {PurposeOption(), {"reference", "TEXT", "依据的文号或任务编号"}},
               "",
               {"zhibu member reveal p-000123 --purpose transfer --reference 转〔2026〕3号"},
               Reveal},
              {"member reveals",
               "谁在什么时候、为了什么查阅过一个人的完整信息",
               {person},
               {},
               "",
               {"zhibu member reveals p-000123"},
               Reveals},
              {"member duplicates",
               "姓名和出生日期相同的档案",
               {org},
               {line},
               "两份档案的合并：zhibu call MergePersons。",
               {"zhibu member duplicates jyj-dw"},
               Duplicates},
              {"keys reseal",
               "换用新密钥之后，把全部个人信息用它重新加密",
               {},
               {},
               "先把新密钥写在密钥文件的第一行并重启成员服务；旧的各行保留。",
               {"zhibu keys reseal"},
               Reseal},
              {"rules verify",
               "按保存的判定依据把每个步骤重新核对一遍",
               {org},
               {line},
               "",
               {"zhibu rules verify"},
               VerifyProofs},
          }};
}

}  // namespace zhibu::cli
