// zhibu call: any method of the contracts, by name, in JSON: what has no command of its own, and
// what programs ask for. Methods, requests and answers are known from the contracts themselves.
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "google/protobuf/descriptor.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/set_field.h"
#include "services/cli/terminal/table.h"
#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/feed/v1/feed.pb.h"
#include "zhibu/membership/v1/case_event_service.pb.h"
#include "zhibu/membership/v1/membership_fact_service.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"
#include "zhibu/membership/v1/privacy_service.pb.h"
#include "zhibu/membership/v1/quota_service.pb.h"
#include "zhibu/membership/v1/rule_service.pb.h"
#include "zhibu/membership/v1/transfer_service.pb.h"
#include "zhibu/policy/v1/caller_service.pb.h"
#include "zhibu/registry/v1/election_service.pb.h"
#include "zhibu/registry/v1/facility_service.pb.h"
#include "zhibu/registry/v1/leadership_service.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"
#include "zhibu/registry/v1/reorganisation_service.pb.h"
#include "zhibu/registry/v1/standing_service.pb.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"

namespace zhibu::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

template <typename Request>
const ServiceDescriptor* ServiceOf() {
  return Request::descriptor()->file()->service(0);
}

std::vector<const ServiceDescriptor*> Services() {
  return {ServiceOf<registry::v1::GetOrganisationRequest>(),
          ServiceOf<registry::v1::MergeOrganisationsRequest>(),
          ServiceOf<registry::v1::RecordElectionRequest>(),
          ServiceOf<registry::v1::ListPostMatrixRequest>(),
          ServiceOf<registry::v1::SearchRegistryRequest>(),
          ServiceOf<registry::v1::CreateFacilityRequest>(),
          ServiceOf<membership::v1::GetPersonRequest>(),
          ServiceOf<membership::v1::RevealPersonRequest>(),
          ServiceOf<membership::v1::ForecastCaseRequest>(),
          ServiceOf<membership::v1::RecordCaseEventRequest>(),
          ServiceOf<membership::v1::RecordMembershipFactRequest>(),
          ServiceOf<membership::v1::ListUnitTransfersRequest>(),
          ServiceOf<membership::v1::AllocateQuotaRequest>(),
          ServiceOf<activity::v1::CreateActivityRequest>(),
          ServiceOf<reporting::v1::GetBasicSurveyRequest>(),
          ServiceOf<policy::v1::GetCallerRequest>(),
          ServiceOf<feed::v1::GetHeadRequest>()};
}

// "zhibu.registry.v1.RegistryService" is served by the registry. What every service serves is asked
// of the one that --at names.
const Endpoint& EndpointOf(const Context& context, const ServiceDescriptor& service) {
  const std::string at = context.args.Text("at");
  for (const Endpoint& endpoint : context.session.endpoints()) {
    if (absl::StrContains(service.full_name(), absl::StrCat(".", endpoint.name, "."))) {
      return endpoint;
    }
  }
  for (const Endpoint& endpoint : context.session.endpoints()) {
    if (endpoint.name == at) return endpoint;
  }
  return context.session.registry();
}

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) methods.push_back(service->method(i));
  }
  return methods;
}

// Its name, behind its service's where two services have one of that name.
std::string ShortName(const MethodDescriptor& method) {
  const auto methods = AllMethods();
  const auto namesakes =
      std::count_if(methods.begin(), methods.end(),
                    [&](const MethodDescriptor* one) { return one->name() == method.name(); });
  return namesakes == 1 ? method.name()
                        : absl::StrCat(method.service()->name(), ".", method.name());
}

absl::StatusOr<const MethodDescriptor*> MethodNamed(const std::string& name) {
  std::vector<std::string> namesakes;
  for (const MethodDescriptor* method : AllMethods()) {
    if (method->server_streaming()) continue;
    const std::string whole = absl::StrCat(method->service()->name(), ".", method->name());
    if (name == whole || name == ShortName(*method)) return method;
    if (name == method->name()) namesakes.push_back(whole);
  }
  return absl::InvalidArgumentError(
      namesakes.empty()
          ? absl::StrCat("没有方法“", name, "”：zhibu methods 列出全部方法")
          : absl::StrCat("几个服务都有“", name, "”，请写明：", absl::StrJoin(namesakes, "、")));
}

absl::Status FillRequest(const Context& context, Message& request) {
  if (context.args.Has("body")) {
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(context.args.Text("body"), &request);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--body 不是 ", request.GetDescriptor()->name(), " 的 JSON。程序的说明：",
                       std::string(parsed.message())));
    }
  }
  for (const std::string& assignment : context.args.All("set")) {
    ZHIBU_RETURN_IF_ERROR(SetField(assignment, request));
  }
  const Descriptor& fields = *request.GetDescriptor();
  const auto& reflection = *request.GetReflection();
  if (const FieldDescriptor* id = fields.FindFieldByName("request_id")) {
    if (reflection.GetString(request, id).empty()) reflection.SetString(&request, id, RandomId());
  }
  if (const FieldDescriptor* only = fields.FindFieldByName("validate_only")) {
    if (context.args.Has("validate-only")) reflection.SetBool(&request, only, true);
  }
  const FieldDescriptor* as_of = fields.FindFieldByName("as_of");
  const auto day = context.args.Date("as-of");
  if (as_of != nullptr && day && !reflection.HasField(request, as_of)) {
    reflection.MutableMessage(&request, as_of)->CopyFrom(ToProto(*day));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Call(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const MethodDescriptor* method, MethodNamed(context.args.Text("METHOD")));
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  const std::unique_ptr<Message> request(factory->GetPrototype(method->input_type())->New());
  const std::unique_ptr<Message> response(factory->GetPrototype(method->output_type())->New());
  ZHIBU_RETURN_IF_ERROR(FillRequest(context, *request));
  ZHIBU_RETURN_IF_ERROR(context.session.CallByName(
      EndpointOf(context, *method->service()),
      absl::StrCat("/", method->service()->full_name(), "/", method->name()), *request,
      response.get()));
  return PrintJson(context, *response);
}

absl::StatusOr<int> Methods(Context& context) {
  const std::string wanted = context.args.Text("METHOD");
  Table table;
  table.AddColumn("方法");
  table.AddColumn("请求的字段", Align::kLeft, /*can_wrap=*/true);
  bool any = false;
  for (const MethodDescriptor* method : AllMethods()) {
    if (!wanted.empty() && !absl::StrContains(method->name(), wanted)) continue;
    any = true;
    table.AddRow({absl::StrCat(ShortName(*method), method->server_streaming() ? "（流）" : ""),
                  FieldList(*method->input_type())});
  }
  if (!any) return absl::InvalidArgumentError(absl::StrCat("没有名字里有“", wanted, "”的方法"));
  context.io.out << table.Render(context.io.width);
  return kDone;
}

}  // namespace

CommandGroup CallCommands() {
  Option at{"at", "SERVICE", "由哪个服务答复：只用于 GetCaller、GetHead 等各服务都有的方法",
            ValueKind::kChoice};
  at.choices = {"registry", "membership", "activity", "reporting"};
  return {"直接调用",
          {
              {"call",
               "按名称调用任何一个方法，答复是 JSON",
               {{"METHOD", "方法名，例如 MergeOrganisations", true, {}}},
               {{"set", "FIELD=VALUE", "请求的一个字段，可以写多次", ValueKind::kText, {}, true},
                {"body", "JSON", "整个请求的 JSON；--set 写在它之上", ValueKind::kText},
                std::move(at),
                {"validate-only", "", "只核对，不写入", ValueKind::kFlag}},
               "没有专门命令的功能都可以这样使用；request_id "
               "不填时自动生成。标“（流）”的不能这样调用。",
               {"zhibu call SearchRegistry --set query=qlxjyj",
                "zhibu call RevealPerson --set name=persons/p-1 --set "
                "purpose=REVEAL_PURPOSE_TRANSFER --set reference=转〔2026〕3号",
                "zhibu call GetCaller --at membership"},
               Call},
              {"methods",
               "全部方法，和请求里可以填的字段",
               {{"METHOD", "名称的一部分", false, {}}},
               {},
               "",
               {"zhibu methods Election"},
               Methods},
          }};
}

}  // namespace zhibu::cli
