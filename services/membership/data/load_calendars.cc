#include "services/membership/data/load_calendars.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/text_file.h"

namespace zhibu::membership {

absl::StatusOr<rules::CalendarYear> ParseCalendarYear(absl::string_view text,
                                                      absl::string_view name) {
  TextFile file(name);
  rules::CalendarYear data;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, data));
  if (const std::optional<Unsound> unsound = FindUnsound(data)) {
    return file.Fault(unsound->field, unsound->index, unsound->message);
  }
  return data;
}

absl::StatusOr<Calendar> LoadCalendars(const std::string& folder) {
  Calendar calendar;
  if (folder.empty()) return calendar;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(folder, ".textproto"));
  for (const std::string& path : paths) {
    ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    ZHIBU_ASSIGN_OR_RETURN(const rules::CalendarYear year, ParseCalendarYear(text, path));
    if (!calendar.Add(year)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": an earlier file is of ", year.year(), " too"));
    }
  }
  return calendar;
}

}  // namespace zhibu::membership
