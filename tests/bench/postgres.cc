#include "tests/bench/postgres.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace zhibu::bench {
namespace {

constexpr char kBin[] = "/usr/lib/postgresql/15/bin";

// The same transaction as RecordStep: read the case and hold it, judge (the client's part, left
// out), write the case, the step, and the event with the answer to its request id.
constexpr char kSchema[] =
    "CREATE TABLE cases (id bigint PRIMARY KEY, organisation text, last_step int, last_day date,"
    " version bigint);\n"
    "CREATE TABLE steps (case_id bigint, version bigint, kind int, day date, body bytea,"
    " PRIMARY KEY (case_id, version));\n"
    "CREATE TABLE events (revision bigserial PRIMARY KEY, actor text, request_id text, body bytea,"
    " UNIQUE (actor, request_id));\n"
    "INSERT INTO cases SELECT i, 'o' || i % 100, 6, '2026-01-01', 1"
    " FROM generate_series(1, 4096) i;\n";
constexpr char kTransaction[] =
    "\\set case :client_id * 64 + random(1, 64)\n"
    "BEGIN;\n"
    "SELECT organisation, last_step, last_day, version FROM cases WHERE id = :case FOR UPDATE"
    " \\gset\n"
    "UPDATE cases SET last_step = 6, last_day = '2026-06-01', version = version + 1"
    " WHERE id = :case;\n"
    "INSERT INTO steps VALUES (:case, :version + 1, 6, '2026-06-01',"
    " '\\x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20');\n"
    "INSERT INTO events (actor, request_id, body) VALUES ('clerk', gen_random_uuid()::text,"
    " '\\x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
    "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40');\n"
    "COMMIT;\n";

// PostgreSQL does not run as root.
std::string AsOwner(const std::string& command) {
  if (geteuid() != 0) return command;
  return absl::StrCat("runuser -u postgres -- ", command);
}

absl::Status Shell(const std::string& command) {
  if (std::system(command.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("failed: ", command));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Postgres>> Postgres::Start(const std::string& folder) {
  if (!std::filesystem::exists(absl::StrCat(kBin, "/postgres"))) {
    return absl::UnavailableError("postgresql-15 is not installed");
  }
  std::filesystem::create_directories(folder);
  if (geteuid() == 0) {
    ZHIBU_RETURN_IF_ERROR(Shell(absl::StrCat("chown postgres ", folder)));
  }
  const int port = 20000 + getpid() % 20000;
  std::unique_ptr<Postgres> postgres(new Postgres(folder, port));
  const std::string quiet = absl::StrCat(" >", folder, ".log 2>&1");
  ZHIBU_RETURN_IF_ERROR(
      Shell(AsOwner(absl::StrCat(kBin, "/initdb -D ", folder, "/data -A trust -U zhibu", quiet))));
  ZHIBU_RETURN_IF_ERROR(Shell(AsOwner(absl::StrCat(
      kBin, "/pg_ctl -w -D ", folder, "/data -o '-p ", port,
      " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
      " -c shared_buffers=256MB' start",
      quiet))));
  ZHIBU_RETURN_IF_ERROR(WriteFile(folder + ".schema.sql", kSchema));
  ZHIBU_RETURN_IF_ERROR(WriteFile(folder + ".step.sql", kTransaction));
  ZHIBU_RETURN_IF_ERROR(
      Shell(absl::StrCat("psql -q -h 127.0.0.1 -p ", port, " -U zhibu -d postgres -f ", folder,
                         ".schema.sql", quiet)));
  return postgres;
}

Postgres::~Postgres() {
  (void)Shell(
      AsOwner(absl::StrCat(kBin, "/pg_ctl -m fast -D ", folder_, "/data stop >/dev/null 2>&1")));
}

absl::StatusOr<double> Postgres::Steps(int clients, int seconds) {
  const std::string out = folder_ + ".pgbench";
  ZHIBU_RETURN_IF_ERROR(Shell(absl::StrCat(kBin, "/pgbench -n -M prepared -h 127.0.0.1 -p ", port_,
                                           " -U zhibu -c ", clients, " -j 2 -T ", seconds, " -f ",
                                           folder_, ".step.sql postgres >", out, " 2>&1")));
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(out));
  const size_t at = text.find("tps = ");
  double tps = 0;
  if (at == std::string::npos ||
      !absl::SimpleAtod(text.substr(at + 6, text.find(' ', at + 6) - at - 6), &tps)) {
    return absl::UnavailableError("pgbench printed no tps");
  }
  return tps;
}

}  // namespace zhibu::bench
