#include "services/cli/commands/membership/case_change.h"

#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {

Argument CaseArgument() {
  return {"CASE", "发展档案：persons/人员id/cases/档案id，或 人员id/档案id", true, {}};
}

std::vector<Option> CaseChangeOptions() {
  return {{"etag", "ETAG", "办理前档案的 etag；不写则先读取当前的"},
          {"request-id", "ID", "请求编号；连同 --etag 重复提交只生效一次；不写则自动生成"},
          {"validate-only", "", "只判断能不能办，不写入", ValueKind::kFlag}};
}

absl::StatusOr<std::string> EtagOfCase(Context& context, const std::string& name) {
  if (context.args.Has("etag")) return context.args.Text("etag");
  membership::v1::GetCaseRequest request;
  membership::v1::GetCaseResponse found;
  request.set_name(name);
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &membership::v1::MembershipService::Stub::GetCase,
                                             request, &found));
  return found.development_case().etag();
}

}  // namespace zhibu::cli
