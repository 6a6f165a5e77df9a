#include "services/cli/program/progress.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {
constexpr int kWhatWidth = 16;
constexpr int kBarWidth = 30;
}  // namespace

void ProgressLines::Show(const std::string& what, int64_t done, int64_t total) {
  done = std::clamp<int64_t>(done, 0, std::max<int64_t>(total, 0));
  if (!io_.tty) {
    if (done < total || what == finished_) return;
    finished_ = what;
    io_.err << PadTo(what, kWhatWidth) << " " << done << " 行\n";
    return;
  }
  const int64_t share = total == 0 ? 100 : done * 100 / total;
  const int filled = static_cast<int>(share * kBarWidth / 100);
  const std::string line =
      absl::StrCat(PadTo(TruncateTo(what, kWhatWidth), kWhatWidth), " [", std::string(filled, '#'),
                   std::string(kBarWidth - filled, '.'), "] ", share, "% ", done, "/", total);
  if (line == drawn_) return;
  // Spaces cover what a longer line left.
  io_.err << "\r" << PadTo(line, DisplayWidth(drawn_)) << std::flush;
  drawn_ = line;
  if (done == total && what != finished_) {
    finished_ = what;
    io_.err << "\n";
    drawn_.clear();
  }
}

void ProgressLines::Say(const std::string& text) {
  End();
  io_.err << text << "\n" << std::flush;
}

void ProgressLines::End() {
  if (!drawn_.empty()) io_.err << "\n";
  drawn_.clear();
  io_.err.flush();
}

}  // namespace zhibu::cli
