// The organisation tree of a running service: one writer, many readers.
#ifndef ZHIBU_COMMON_DOMAIN_SHARED_ORG_TREE_H_
#define ZHIBU_COMMON_DOMAIN_SHARED_ORG_TREE_H_

#include <string>
#include <utility>
#include <vector>

#include "common/base/mutex.h"
#include "common/domain/org_tree.h"

namespace zhibu {

// An OrgTree behind a lock. It shows what is committed: whoever writes calls Set from a commit
// hook.
class SharedOrgTree {
 public:
  void Set(absl::string_view id, std::vector<OrgEdge> edges, absl::CivilDay from,
           absl::CivilDay to) {
    WriterLock lock(&mutex_);
    tree_.SetEdges(id, std::move(edges));
    tree_.SetLife(id, from, to);
  }

  // Runs `look` on the tree, which must not be kept.
  template <typename Look>
  auto Read(Look look) const {
    ReaderLock lock(&mutex_);
    return look(static_cast<const OrgTree&>(tree_));
  }

  bool Within(absl::string_view org, absl::string_view root, type::v1::Line line,
              absl::CivilDay day) const {
    return Read([&](const OrgTree& tree) { return tree.Within(org, root, line, day); });
  }
  bool Knows(absl::string_view id) const {
    return Read([&](const OrgTree& tree) { return tree.Knows(id); });
  }

 private:
  mutable SharedMutex mutex_;
  OrgTree tree_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_SHARED_ORG_TREE_H_
