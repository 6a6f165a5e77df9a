#include "common/store/dispatch.h"

#include "common/base/log.h"
#include "common/base/mutex.h"

namespace zhibu {
namespace {

// Not destroyed: followers may still run while the process ends.
struct Notes {
  Mutex mutex;
  std::map<std::string, int64_t> counts ABSL_GUARDED_BY(mutex);
};
Notes& AllNotes() {
  static auto* const notes = new Notes();
  return *notes;
}

}  // namespace

absl::string_view EventTypeOf(const google::protobuf::Any& event) {
  const absl::string_view url = event.type_url();
  return url.substr(url.rfind('/') + 1);
}

void NotePassedOver(absl::string_view type) {
  Notes& notes = AllNotes();
  {
    MutexLock lock(&notes.mutex);
    if (++notes.counts[std::string(type)] > 1) return;
  }
  Log(Severity::kInfo, "events of this type are passed over", {{"type", std::string(type)}});
}

std::map<std::string, int64_t> PassedOver() {
  Notes& notes = AllNotes();
  MutexLock lock(&notes.mutex);
  return notes.counts;
}

}  // namespace zhibu
