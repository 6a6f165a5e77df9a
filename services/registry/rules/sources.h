// Rules that are no norms of a deployment: where they stand.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_SOURCES_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_SOURCES_H_

#include "zhibu/type/v1/citation.pb.h"

namespace zhibu::registry {

// GB 32100-2015: 18 characters of which the last checks the others.
inline type::v1::Citation CreditCodeStandard() {
  type::v1::Citation citation;
  citation.set_document("GB 32100-2015 法人和其他组织统一社会信用代码编码规则");
  citation.set_mark(type::v1::MARK_CONFIRMED);
  return citation;
}

// 支部工作条例: a branch, with a committee or without, has one secretary. Of the article only the
// text was seen, not the number.
inline type::v1::Citation OneSecretary() {
  type::v1::Citation citation;
  citation.set_document("中国共产党支部工作条例（试行）");
  citation.set_mark(type::v1::MARK_CONFIRMED);
  citation.set_source("共产党员网");
  return citation;
}

// 支部工作条例 第十三条: a party group is part of a branch.
inline type::v1::Citation GroupOfABranch() {
  type::v1::Citation citation = OneSecretary();
  citation.set_article("第十三条");
  return citation;
}

// 选举工作条例: secretary and deputies are approved by the superior, members filed there; the
// article's number was not seen.
inline type::v1::Citation ApprovalOfTheElected() {
  type::v1::Citation citation;
  citation.set_document("中国共产党基层组织选举工作条例");
  citation.set_mark(type::v1::MARK_CONFIRMED);
  citation.set_source("共产党员网");
  return citation;
}

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_SOURCES_H_
