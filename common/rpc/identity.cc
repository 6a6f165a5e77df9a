#include "common/rpc/identity.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/file_mode.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"

namespace zhibu {
namespace {

bool IsPrincipalName(absl::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == name.npos;
}

}  // namespace

absl::StatusOr<Authenticator::Table> Authenticator::Check(
    const policy::v1::Principals& principals) {
  Table table;
  absl::flat_hash_set<std::string> names, readable = {Sha256Hex("")};
  for (const Principal& principal : principals.principals()) {
    readable.insert(Sha256Hex(principal.token_sha256()));
  }
  for (const Principal& principal : principals.principals()) {
    auto unsound = [&](absl::string_view why) {
      return absl::InvalidArgumentError(
          absl::StrCat("访问主体 \"", principal.name(), "\" 不正确：", why));
    };
    if (!IsPrincipalName(principal.name())) {
      return unsound("name 须为 1 至 63 个小写字母、数字、点或连字符");
    }
    if (!names.insert(principal.name()).second) return unsound("name 重复");
    if (principal.roles().empty()) return unsound("没有 roles");
    for (int role : principal.roles()) {
      if (role == policy::v1::ROLE_UNSPECIFIED || !policy::v1::Role_IsValid(role)) {
        return unsound("roles 中有未知的角色");
      }
    }
    if (principal.token_sha256().size() != 64 ||
        principal.token_sha256().find_first_not_of("0123456789abcdef") != std::string::npos) {
      return unsound("token_sha256 不是 64 位小写十六进制数");
    }
    if (readable.contains(principal.token_sha256())) {
      return unsound("token_sha256 的令牌为空，或者就写在本文件中");
    }
    if (principal.scope_organisation() != kEveryOrganisation &&
        !IdOf(kOrganisations, principal.scope_organisation())) {
      return unsound("scope_organisation 不是党组织的资源名");
    }
    if (!type::v1::Line_IsValid(principal.scope_line())) return unsound("scope_line 未知");
    if (!table.emplace(principal.token_sha256(), principal).second) {
      return unsound("token_sha256 重复");
    }
  }
  return table;
}

void Authenticator::Take(Table table) { current_->store(&tables_.emplace_back(std::move(table))); }

absl::StatusOr<Authenticator> Authenticator::Create(const policy::v1::Principals& principals) {
  ZHIBU_ASSIGN_OR_RETURN(Table table, Check(principals));
  Authenticator authenticator;
  authenticator.Take(std::move(table));
  return authenticator;
}

absl::Status Authenticator::Replace(const policy::v1::Principals& principals) {
  ZHIBU_ASSIGN_OR_RETURN(Table table, Check(principals));
  Take(std::move(table));
  return absl::OkStatus();
}

const Principal* Authenticator::Find(absl::string_view token) const {
  // Looked up by hash: neither the comparison's time nor a copy of this table tells a token.
  const Table& table = *current_->load();
  auto it = table.find(Sha256Hex(token));
  return it == table.end() ? nullptr : &it->second;
}

bool Authenticator::IsCurrent(const Principal& found) const {
  const Table& table = *current_->load();
  auto it = table.find(found.token_sha256());
  return it != table.end() &&
         (&it->second == &found ||
          google::protobuf::util::MessageDifferencer::Equals(it->second, found));
}

absl::StatusOr<policy::v1::Principals> ReadPrincipals(const std::string& path) {
  ZHIBU_RETURN_IF_ERROR(CheckNotWritable(path));
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  policy::v1::Principals principals;
  if (!google::protobuf::TextFormat::ParseFromString(text, &principals)) {
    return absl::InvalidArgumentError(absl::StrCat("访问主体文件无法解析：", path));
  }
  if (principals.principals().empty()) {
    return absl::InvalidArgumentError(absl::StrCat("访问主体文件中没有任何主体：", path));
  }
  return principals;
}

}  // namespace zhibu
