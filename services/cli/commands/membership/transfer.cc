// zhibu transfer: moving a person's relation from one organisation to another.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/commands/membership/transfer_text.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/transfer_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::MembershipService;
using membership::v1::Person;
using membership::v1::Transfer;
using membership::v1::TransferService;

constexpr char kTransfers[] = "transfers";
// More names than this are a matter for a spreadsheet, and show as ids.
constexpr size_t kMostNames = 300;

absl::StatusOr<Person> PersonOn(Context& context, const std::string& name,
                                const google::type::Date* day) {
  membership::v1::GetPersonRequest request;
  request.set_name(name);
  if (day != nullptr) *request.mutable_as_of() = *day;
  membership::v1::GetPersonResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipService::Stub::GetPerson, request, &response));
  return response.person();
}

// Titles and names of all that the transfers speak of. A person who went out of sight shows as id.
class Names {
 public:
  Names(Context& context, const std::vector<Transfer>& transfers)
      : titles_(context, OrganisationsOf(transfers)) {
    for (const Transfer& one : transfers) {
      if (persons_.size() >= kMostNames) break;
      // Where the person was kept when it began: both sides may read that.
      const auto person = PersonOn(context, one.person(), &one.started_on());
      if (person.ok()) persons_[one.person()] = person->display_name();
    }
  }
  TransferNames Get() const {
    return {[this](const std::string& name) { return titles_.Of(name); },
            [this](const std::string& name) {
              const auto found = persons_.find(name);
              return found == persons_.end() ? BareId(name) : found->second;
            }};
  }

 private:
  static std::set<std::string> OrganisationsOf(const std::vector<Transfer>& transfers) {
    std::set<std::string> all;
    for (const Transfer& one : transfers) {
      if (!one.from_organisation().empty()) all.insert(one.from_organisation());
      if (!one.to_organisation().empty()) all.insert(one.to_organisation());
      for (const auto& link : one.links()) all.insert(link.organisation());
      for (const auto& letter : one.letters()) all.insert(letter.issuer());
    }
    return all;
  }

  const Titles titles_;
  std::map<std::string, std::string> persons_;
};

absl::StatusOr<Transfer> Read(Context& context) {
  membership::v1::GetTransferRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kTransfers, context.args.Text("TRANSFER")));
  membership::v1::GetTransferResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &TransferService::Stub::GetTransfer, request, &response));
  return response.transfer();
}

template <typename Request>
void SetCommon(const Context& context, Request& request) {
  if (const auto date = context.args.Date("date")) *request.mutable_date() = ToProto(*date);
  request.set_validate_only(context.args.Has("validate-only"));
  request.set_request_id(context.args.Has("request-id") ? context.args.Text("request-id")
                                                        : RandomId());
}

template <typename Response>
absl::StatusOr<int> Print(Context& context, const Response& response, bool validate_only) {
  if (context.json()) return PrintJson(context, response);
  const Names names(context, {response.transfer()});
  std::string out = validate_only ? "可以办理，没有写入。\n\n" : "";
  out += TransferText(response.transfer(), names.Get(), context.io.width);
  if constexpr (requires { response.warnings(); }) {
    if (!response.warnings().empty()) out += "\n提醒（不妨碍办理）\n";
    for (const auto& warning : response.warnings()) {
      out += FindingText(warning, 4, context.io.width);
    }
  }
  context.io.out << out;
  return kDone;
}

absl::StatusOr<int> Start(Context& context) {
  membership::v1::StartTransferRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_person(),
                         ResourceName(kPersons, context.args.Text("PERSON")));
  if (context.args.Has("into")) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_to_organisation(),
                           ResourceName(kOrganisations, context.args.Text("into")));
  }
  request.set_outside_title(context.args.Text("outside"));
  request.set_reason(context.args.Text("reason"));
  request.set_transfer_id(context.args.Has("id") ? context.args.Text("id")
                                                 : absl::StrCat("zj-", RandomId()));
  SetCommon(context, request);
  ZHIBU_ASSIGN_OR_RETURN(const Person person, PersonOn(context, request.person(), nullptr));
  request.set_person_etag(person.etag());
  membership::v1::StartTransferResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &TransferService::Stub::StartTransfer, request, &response));
  return Print(context, response, request.validate_only());
}

// All changes of an existing transfer: `fill` sets what only this one has.
template <typename Request, typename Response, typename Fill>
absl::StatusOr<int> Change(Context& context,
                           grpc::Status (TransferService::Stub::*method)(grpc::ClientContext*,
                                                                         const Request&, Response*),
                           Fill fill) {
  Request request;
  SetCommon(context, request);
  ZHIBU_RETURN_IF_ERROR(fill(request));
  ZHIBU_ASSIGN_OR_RETURN(const Transfer transfer, Read(context));
  request.set_name(transfer.name());
  request.set_etag(transfer.etag());
  Response response;
  ZHIBU_RETURN_IF_ERROR(
      context.session.Call(context.session.membership(), method, request, &response));
  return Print(context, response, request.validate_only());
}

absl::StatusOr<int> Approve(Context& context) {
  const auto fill = [&](membership::v1::ApproveTransferRequest& request) -> absl::Status {
    request.set_document_number(context.args.Text("document"));
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                           ResourceName(kOrganisations, context.args.Text("BY")));
    return absl::OkStatus();
  };
  return Change(context, &TransferService::Stub::ApproveTransfer, fill);
}

absl::StatusOr<int> Refuse(Context& context) {
  const auto fill = [&](membership::v1::RefuseTransferRequest& request) -> absl::Status {
    request.set_reason(context.args.Text("reason"));
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                           ResourceName(kOrganisations, context.args.Text("BY")));
    return absl::OkStatus();
  };
  return Change(context, &TransferService::Stub::RefuseTransfer, fill);
}

absl::StatusOr<int> Issue(Context& context) {
  const auto fill = [&](auto& request) {
    request.set_paid_until_month(context.args.Text("paid-until"));
    request.set_validity_days(context.args.Number("days", 0));
    return absl::OkStatus();
  };
  if (!context.args.Has("again")) {
    return Change(context, &TransferService::Stub::IssueLetter, fill);
  }
  return Change(context, &TransferService::Stub::ReissueLetter,
                [&](membership::v1::ReissueLetterRequest& request) {
                  request.set_reason(context.args.Text("again"));
                  return fill(request);
                });
}

absl::StatusOr<int> Receive(Context& context) {
  return Change(context, &TransferService::Stub::ReceiveTransfer,
                [&](membership::v1::ReceiveTransferRequest& request) {
                  request.set_receipt_number(context.args.Text("receipt"));
                  return absl::OkStatus();
                });
}

absl::StatusOr<int> Return(Context& context) {
  membership::v1::ReceiveFromOutsideRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_person(),
                         ResourceName(kPersons, context.args.Text("PERSON")));
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_to_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_outside_title(context.args.Text("outside"));
  request.set_letter_number(context.args.Text("letter-number"));
  request.set_paid_until_month(context.args.Text("paid-until"));
  request.set_reason(context.args.Text("reason"));
  if (const auto full = context.args.Date("full-member-on")) {
    *request.mutable_full_member_on() = ToProto(*full);
  }
  request.set_transfer_id(context.args.Has("id") ? context.args.Text("id")
                                                 : absl::StrCat("zj-", RandomId()));
  SetCommon(context, request);
  ZHIBU_ASSIGN_OR_RETURN(const Person person, PersonOn(context, request.person(), nullptr));
  request.set_person_etag(person.etag());
  membership::v1::ReceiveFromOutsideResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &TransferService::Stub::ReceiveFromOutside, request,
                                             &response));
  return Print(context, response, request.validate_only());
}

absl::StatusOr<int> Cancel(Context& context) {
  return Change(context, &TransferService::Stub::CancelTransfer,
                [&](membership::v1::CancelTransferRequest& request) {
                  request.set_reason(context.args.Text("reason"));
                  return absl::OkStatus();
                });
}

absl::StatusOr<int> Show(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const Transfer transfer, Read(context));
  if (context.json()) return PrintJson(context, transfer);
  const Names names(context, {transfer});
  if (!context.args.Has("letter")) {
    context.io.out << TransferText(transfer, names.Get(), context.io.width);
    return kDone;
  }
  if (transfer.letters().empty()) {
    return absl::FailedPreconditionError(
        "还没有开具介绍信：审批完毕后用 zhibu transfer issue 开具");
  }
  ZHIBU_ASSIGN_OR_RETURN(const Person person, PersonOn(context, transfer.person(),
                                                       &transfer.letters().rbegin()->issued_on()));
  context.io.out << LetterText(transfer, person.stage(), names.Get(), context.io.width);
  return kDone;
}

absl::StatusOr<int> List(Context& context) {
  membership::v1::ListTransfersRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  const bool in = context.args.Has("in");
  request.set_direction(in ? membership::v1::TRANSFER_DIRECTION_IN
                           : membership::v1::TRANSFER_DIRECTION_OUT);
  request.set_only_overdue(context.args.Has("overdue"));
  if (context.args.Has("open")) {
    request.add_states(membership::v1::TRANSFER_STATE_REQUESTED);
    request.add_states(membership::v1::TRANSFER_STATE_APPROVED);
    request.add_states(membership::v1::TRANSFER_STATE_ISSUED);
  }
  membership::v1::ListTransfersResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &TransferService::Stub::ListTransfers, request, &all));
  if (context.json()) return PrintJson(context, all);
  context.io.out << (in ? "转入" : "转出") << (request.only_overdue() ? " · 超期" : "")
                 << " · 关系线：" << Term(request.line()) << " · 共 " << all.transfers_size()
                 << " 件\n\n";
  const std::vector<Transfer> transfers(all.transfers().begin(), all.transfers().end());
  const Names names(context, transfers);
  context.io.out << TransferTable(transfers, names.Get(), context.io.width);
  return kDone;
}

absl::StatusOr<int> Units(Context& context) {
  membership::v1::ListUnitTransfersRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  membership::v1::ListUnitTransfersResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &TransferService::Stub::ListUnitTransfers, request, &all));
  if (context.json()) return PrintJson(context, all);
  std::set<std::string> organisations;
  for (const auto& one : all.unit_transfers()) {
    organisations.insert(one.from_organisations().begin(), one.from_organisations().end());
    organisations.insert(one.to_organisations().begin(), one.to_organisations().end());
  }
  const Titles titles(context, organisations);
  const TransferNames names = {[&](const std::string& name) { return titles.Of(name); }, BareId};
  context.io.out << "整建制转移 · 共 " << all.unit_transfers_size() << " 件\n\n"
                 << UnitTransferTable({all.unit_transfers().begin(), all.unit_transfers().end()},
                                      names, context.io.width);
  return kDone;
}

std::vector<Option> With(std::vector<Option> own) {
  own.push_back({"date", "DATE", "办理的日期；默认今天", ValueKind::kDate});
  own.push_back({"request-id", "ID", "请求编号；同一编号重复提交只生效一次；不写则自动生成"});
  own.push_back({"validate-only", "", "只判断能不能办，不写入", ValueKind::kFlag});
  return own;
}

}  // namespace

CommandGroup TransferCommands() {
  const Argument transfer{"TRANSFER", "转接的编号", true, {}};
  const Argument by{"BY", "办理的党组织", true, {}};
  const Argument organisation{"ORG", "党组织的编号", true, {}};
  const Option reason{"reason", "TEXT", "事由，不写个人信息"};
  return {"组织关系转接",
          {
              {"transfer start",
               "发起转接：审批链由当天的隶属关系算出",
               {{"PERSON", "人员的编号", true, {}}},
               With({{"into", "ORG", "转入的党组织（库内）"},
                     {"outside", "TITLE", "转入的党组织全称（库外）"},
                     reason,
                     {"id", "ID", "转接的编号；不写则自动生成"}}),
               "接收之前，转出党组织继续负责。",
               {"zhibu transfer start p-000123 --into zb-7 --reason 工作调动"},
               Start},
              {"transfer approve",
               "审批链上的党组织依次同意",
               {transfer, by},
               With({{"document", "TEXT", "文号"}}),
               "",
               {"zhibu transfer approve zj-1 jyj-dw"},
               Approve},
              {"transfer refuse",
               "不同意，须写明理由",
               {transfer, by},
               With({reason}),
               "",
               {"zhibu transfer refuse zj-1 jyj-dw --reason 材料不齐"},
               Refuse},
              {"transfer issue",
               "开具介绍信；遗失或超期的补开，旧的作废",
               {transfer},
               With({{"paid-until", "MONTH", "党费交至，如 2026-11"},
                     {"days", "N", "有效期天数；默认按规则", ValueKind::kNumber},
                     {"again", "TEXT", "补开的原因"}}),
               "",
               {"zhibu transfer issue zj-1 --paid-until 2026-11",
                "zhibu transfer issue zj-1 --paid-until 2026-11 --again 遗失"},
               Issue},
              {"transfer receive",
               "接收：从这一天起，人员在新的党组织",
               {transfer},
               With({{"receipt", "TEXT", "回执编号；转往库外的必须填写"}}),
               "",
               {"zhibu transfer receive zj-1 --date 2026-11-23"},
               Receive},
              {"transfer return",
               "库外转入：曾转往库外的人员转回，接续原有档案",
               {{"PERSON", "人员的编号", true, {}}, organisation},
               With({{"outside", "TITLE", "转出党组织（库外）的全称"},
                     {"letter-number", "TEXT", "介绍信编号"},
                     {"paid-until", "MONTH", "党费交至，如 2026-11"},
                     {"full-member-on", "DATE", "在外转正的日期", ValueKind::kDate},
                     reason,
                     {"id", "ID", "转接的编号；不写则自动生成"}}),
               "",
               {"zhibu transfer return p-000123 zb-7 --outside 外县某某中学党支部 "
                "--letter-number 〔2026〕第12号 --paid-until 2026-10 --reason 工作调回"},
               Return},
              {"transfer cancel",
               "转出党组织撤销转接",
               {transfer},
               With({reason}),
               "",
               {"zhibu transfer cancel zj-1 --reason 不再调动"},
               Cancel},
              {"transfer show",
               "一件转接；--letter 打印介绍信、存根和回执",
               {transfer},
               {{"letter", "", "介绍信、存根、回执", ValueKind::kFlag}},
               "",
               {"zhibu transfer show zj-1 --letter"},
               Show},
              {"transfer list",
               "转出或转入的转接",
               {organisation},
               {{"in", "", "转入的；默认转出的", ValueKind::kFlag},
                {"open", "", "只列未办结的", ValueKind::kFlag},
                {"overdue", "", "只列介绍信已到期、还没有回执的", ValueKind::kFlag},
                LineOption("subordination")},
               "",
               {"zhibu transfer list jyj-dw --open", "zhibu transfer list zb-7 --in"},
               List},
              {"transfer units",
               "党组织合并、分设、撤销后的整建制转移：已转和待转的人数",
               {organisation},
               {LineOption("subordination")},
               "",
               {"zhibu transfer units jyj-dw"},
               Units},
          }};
}

}  // namespace zhibu::cli
