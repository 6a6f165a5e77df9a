#include "services/reporting/books/tables.h"

#include "common/base/status.h"
#include "tests/services/reporting/books.h"

namespace zhibu::reporting {
namespace {

TEST(CheckBooks, RefusesThoseOfAnOlderProgram) {
  EXPECT_TRUE(CheckBooks(RowsReader({})).ok());
  Rows rows = {{TableKey(Table::kPersons).Text("p").bytes(), ""},
               {TableKey(Table::kOwnCounters).Text("b").bytes(), ""}};
  EXPECT_TRUE(CheckBooks(RowsReader(rows)).ok());
  for (const Table old : {Table::kOldPersons, Table::kOldCounters}) {
    Rows outdated = rows;
    outdated[TableKey(old).Text("b").bytes()] = "";
    const absl::Status refused = CheckBooks(RowsReader(outdated));
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(refused), "BOOKS_OUTDATED");
  }
}

}  // namespace
}  // namespace zhibu::reporting
