// zhibu-bench: what the suite does in a second, beside what an empty RPC and PostgreSQL do.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "tests/bench/dues.h"
#include "tests/bench/fixture.h"
#include "tests/bench/load.h"
#include "tests/bench/organisations.h"
#include "tests/bench/postgres.h"
#include "tests/bench/report.h"
#include "tests/support/process.h"
#include "tests/support/suite.h"

ABSL_FLAG(bool, quick, false, "one short run of everything: a look, not a result");
ABSL_FLAG(std::string, json, "", "write the measures to this file as a JSON array");
ABSL_FLAG(std::string, folder, "", "work below this folder; default: the temporary folder");
ABSL_FLAG(int, in_flight, 64, "calls in flight");
ABSL_FLAG(bool, dues_only, false, "only first pages of what falls due");
ABSL_FLAG(bool, steps_only, false, "only empty calls, steps and PostgreSQL's");
ABSL_FLAG(std::string, only, "",
          "empty, point_read or step: that one alone for 20 s, for a profiler to look at");

namespace zhibu::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "zhibu-bench: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

// Processor time of this process and of `server`, its children not included, seconds.
double ProcessorSeconds(pid_t server) {
  double seconds = 0;
  for (const pid_t process : {getpid(), server}) {
    clockid_t clock;
    timespec time;
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
    seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }
  return seconds;
}

LoadResult Load(int in_flight, absl::Duration time, const StartCall& call) {
  LoadResult result = RunLoad(in_flight, time, call);
  if (result.errors > 0) {
    Fail(absl::UnknownError(absl::StrCat(result.errors, " calls failed: ", result.first_error)));
  }
  return result;
}

// What a call costs the machine, whoever else is busy on it: microseconds of processor time of
// client and server together, a call.
double ProcessorMicros(pid_t server, const LoadResult& result, double before) {
  return (ProcessorSeconds(server) - before) * 1e6 / static_cast<double>(result.calls);
}

// Median time of one append of `bytes` and fdatasync, microseconds, on the disk of `folder`.
double SyncMicros(const std::string& folder, int bytes) {
  const std::string path = folder + "/sync-floor";
  const int fd = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  const std::string block(bytes, 'x');
  std::vector<double> micros;
  for (int i = 0; i < 200; ++i) {
    const auto start = SteadyClock::now();
    if (write(fd, block.data(), block.size()) < 0 || fdatasync(fd) != 0) break;
    micros.push_back(SecondsSince(start) * 1e6);
  }
  close(fd);
  unlink(path.c_str());
  return Median(micros);
}

// Reads the whole feed: records a second.
double FeedThroughput(Fixture& fixture) {
  grpc::ClientContext context;
  PrepareContext(context, fixture.token(), absl::InfiniteDuration());
  feed::v1::WatchRequest request;
  request.set_stop_at_head(true);
  const auto start = SteadyClock::now();
  auto reader = fixture.feed().Watch(&context, request);
  feed::v1::WatchResponse response;
  int64_t records = 0;
  while (reader->Read(&response)) records += response.records_size();
  const grpc::Status status = reader->Finish();
  if (!status.ok()) Fail(absl::UnknownError(status.error_message()));
  return static_cast<double>(records) / SecondsSince(start);
}

// From the moment a record was decided until a watcher has it, under the steps of `load`, p99 in
// milliseconds.
double FeedLagP99(Fixture& fixture, int in_flight, absl::Duration time) {
  grpc::ClientContext context;
  PrepareContext(context, fixture.token(), absl::InfiniteDuration());
  feed::v1::FeedService::Stub& stub = fixture.feed();
  grpc::ClientContext head_context;
  PrepareContext(head_context, fixture.token());
  feed::v1::GetHeadResponse head;
  if (!stub.GetHead(&head_context, {}, &head).ok()) Fail(absl::UnknownError("GetHead failed"));
  feed::v1::WatchRequest request;
  request.set_after_revision(head.revision());
  auto reader = stub.Watch(&context, request);
  std::vector<double> millis;
  std::thread watching([&] {
    feed::v1::WatchResponse response;
    while (reader->Read(&response)) {
      const double now = absl::ToDoubleMilliseconds(absl::Now() - absl::UnixEpoch());
      for (const auto& record : response.records()) {
        feed::v1::Content content;
        content.ParseFromString(record.content());
        const auto& at = content.recorded_at();
        millis.push_back(now - (static_cast<double>(at.seconds()) * 1e3 + at.nanos() / 1e6));
      }
    }
  });
  Load(in_flight, time, fixture.Step());
  context.TryCancel();
  watching.join();
  reader->Finish();
  if (millis.empty()) return 0;
  std::sort(millis.begin(), millis.end());
  return millis[millis.size() * 99 / 100];
}

// Import of the example county by the command line: rows a second.
double ImportRows(const std::string& bin, const std::string& folder) {
  Suite suite(bin, folder + "/suite");
  if (absl::Status status = suite.StartAll(); !status.ok()) Fail(status);
  const std::string example = folder + "/example";
  const RunResult made = suite.Zhibu({"generate", "r1", example});
  if (made.code != 0) Fail(absl::UnknownError("generate failed: " + made.output));
  int64_t rows = 0;
  for (const std::string& file : Must(ListFiles(example, ".csv"))) {
    const std::string text = Must(ReadFile(file));
    rows += std::count(text.begin(), text.end(), '\n') - 1;  // without the header
  }
  const auto start = SteadyClock::now();
  const RunResult imported = suite.Zhibu({"import", example});
  if (imported.code != 0) Fail(absl::UnknownError("import failed: " + imported.output));
  return static_cast<double>(rows) / SecondsSince(start);
}

// Resident memory of a process, MiB.
double ResidentMib(pid_t pid) {
  const std::string status = Must(ReadFile(absl::StrCat("/proc/", pid, "/status")));
  const size_t at = status.find("VmRSS:");
  double kib = 0;
  for (const auto& word : absl::StrSplit(status.substr(at + 6, 40), ' ', absl::SkipEmpty())) {
    if (absl::SimpleAtod(std::string(word), &kib)) break;
  }
  return kib / 1024;
}

// The measures in the order in which they are printed.
class Measures {
 public:
  Measure& operator()(const std::string& name, const std::string& unit) {
    for (Measure& measure : all_) {
      if (measure.name == name) return measure;
    }
    all_.push_back({name, unit, {}, std::nullopt, true});
    return all_.back();
  }
  void Add(const std::string& name, const std::string& unit, double value) {
    (*this)(name, unit).runs.push_back(value);
  }
  void Goal(const std::string& name, double goal, bool at_least = true) {
    for (Measure& measure : all_) {
      if (measure.name == name) {
        measure.goal = goal;
        measure.at_least = at_least;
      }
    }
  }
  const std::vector<Measure>& all() const { return all_; }

 private:
  std::vector<Measure> all_;
};

// First pages of ListDue, in turns: what is behind them shall not matter.
void AddDues(Measures& measures, const std::string& folder, int runs) {
  const auto few = Must(DueBooks::Create(folder + "/dues-1k", 1000));
  const auto many = Must(DueBooks::Create(folder + "/dues-1m", 1'000'000));
  for (const auto& books : {few.get(), many.get()}) Must(books->FirstPageMicros());
  for (int run = 0; run < runs; ++run) {
    const double of_few = Must(few->FirstPageMicros()), of_many = Must(many->FirstPageMicros());
    measures.Add("due_first_page_1k", "µs", of_few);
    measures.Add("due_first_page_1m", "µs", of_many);
    measures.Add("due_first_page_1m_over_1k", "×", of_many / of_few);
  }
  measures.Goal("due_first_page_1m_over_1k", 1.2, /*at_least=*/false);
}

// One kind of call, again and again.
void RunOnly(Fixture& fixture, const std::string& name, int in_flight) {
  const StartCall call = name == "empty"        ? fixture.Empty()
                         : name == "point_read" ? fixture.PointRead()
                                                : fixture.Step();
  const pid_t server = fixture.suite().process("membership")->pid();
  Load(in_flight, absl::Milliseconds(300), call);
  std::fprintf(stderr, "%s on process %d\n", name.c_str(), server);
  const double before = ProcessorSeconds(server);
  const LoadResult result = Load(in_flight, absl::Seconds(20), call);
  std::printf("%s %.0f /s, %.1f µs of processor time a call\n", name.c_str(), result.per_second,
              ProcessorMicros(server, result, before));
}

void Print(Measures& measures, int in_flight, int runs, absl::Duration time) {
  measures.Goal("read_over_empty", 0.8);
  measures.Goal("full_step_over_empty", 0.6);
  measures.Goal("full_step_over_postgres", 5);
  measures.Goal("step_p50_over_floor", 2, /*at_least=*/false);

  std::printf("%s", ToTable(measures.all()).c_str());
  std::printf(
      "\n%u cores, client on the same machine, %d in flight, %d runs of %.0f s, alternating.\n"
      "Not shown: more than one machine, a network, TLS, a store larger than memory.\n",
      std::thread::hardware_concurrency(), in_flight, runs, absl::ToDoubleSeconds(time));
  if (const std::string path = absl::GetFlag(FLAGS_json); !path.empty()) {
    if (absl::Status status = WriteFile(path, ToJson(measures.all())); !status.ok()) Fail(status);
  }
}

void Run(const std::string& folder) {
  const bool quick = absl::GetFlag(FLAGS_quick);
  const bool steps_only = absl::GetFlag(FLAGS_steps_only);
  const int runs = quick ? 1 : 5;
  const absl::Duration time = absl::Seconds(quick ? 1 : 3);
  const int in_flight = absl::GetFlag(FLAGS_in_flight);
  const std::string bin = ProgramFolder();

  if (absl::GetFlag(FLAGS_dues_only)) {
    Measures measures;
    AddDues(measures, folder, runs);
    return Print(measures, in_flight, runs, time);
  }
  std::fprintf(stderr, "filling\n");
  auto fixture = Must(Fixture::Create(bin, folder + "/services", in_flight));
  // The service by itself: its records are followed by nobody, as PostgreSQL's are.
  fixture->suite().Stop("registry", SIGTERM);
  if (const std::string only = absl::GetFlag(FLAGS_only); !only.empty()) {
    return RunOnly(*fixture, only, in_flight);
  }
  auto postgres = Postgres::Start(folder + "/postgres");
  if (!postgres.ok()) {
    std::fprintf(stderr, "without PostgreSQL: %s\n",
                 std::string(postgres.status().message()).c_str());
  }
  Measures measures;
  // Once before, so that no run pays for cold caches and connections.
  for (const StartCall& call : {fixture->Empty(), fixture->PointRead(), fixture->Step()}) {
    Load(in_flight, absl::Milliseconds(300), call);
  }
  for (int run = 0; run < runs; ++run) {
    std::fprintf(stderr, "run %d of %d\n", run + 1, runs);
    const auto rate = [&](const char* name, const StartCall& call) {
      const pid_t server = fixture->suite().process("membership")->pid();
      const double before = ProcessorSeconds(server);
      const LoadResult result = Load(in_flight, time, call);
      measures.Add(name, "/s", result.per_second);
      measures.Add(absl::StrCat(name, "_cpu"), "µs", ProcessorMicros(server, result, before));
      return result.per_second;
    };
    const double empty = rate("empty", fixture->Empty());
    if (!steps_only) {
      measures.Add("read_over_empty", "×", rate("point_read", fixture->PointRead()) / empty);
      rate("mixed", fixture->Mixed());
    }
    const double step = rate("step", fixture->Step());
    measures.Add("full_step_over_empty", "×", step / empty);
    if (postgres.ok()) {
      const double theirs =
          Must((*postgres)->Steps(in_flight, static_cast<int>(absl::ToInt64Seconds(time))));
      measures.Add("postgres_step", "/s", theirs);
      measures.Add("full_step_over_postgres", "×", step / theirs);
    }
    if (steps_only) continue;
    const double empty_p50 = Load(1, time / 3, fixture->Empty()).Percentile(0.5);
    const double step_p50 = Load(1, time / 3, fixture->Step()).Percentile(0.5);
    const double sync = SyncMicros(folder, 700);
    measures.Add("empty_p50", "µs", empty_p50);
    measures.Add("sync_p50", "µs", sync);
    measures.Add("step_p50", "µs", step_p50);
    measures.Add("step_p50_over_floor", "×", step_p50 / (empty_p50 + sync));
    measures.Add("feed_lag_p99", "ms", FeedLagP99(*fixture, in_flight, time / 3));
    measures.Add("feed_throughput", "/s", FeedThroughput(*fixture));
  }
  // The suite as it runs: the registry follows who is a member, on the same machine.
  if (absl::Status status = fixture->suite().Start("registry"); !status.ok()) Fail(status);
  for (int run = 0; run < runs; ++run) {
    if (absl::Status status =
            fixture->suite().WaitFollowed("registry", "membership");
        !status.ok()) {
      Fail(status);
    }
    measures.Add("step_followed", "/s", Load(in_flight, time, fixture->Step()).per_second);
  }
  if (steps_only) return Print(measures, in_flight, runs, time);
  const double revisions = [&] {
    grpc::ClientContext context;
    PrepareContext(context, fixture->token());
    feed::v1::GetHeadResponse head;
    fixture->feed().GetHead(&context, {}, &head);
    return static_cast<double>(head.revision());
  }();
  for (int run = 0; run < runs; ++run) {
    fixture->suite().Stop("membership", SIGTERM);
    const auto start = SteadyClock::now();
    if (absl::Status status = fixture->suite().Start("membership"); !status.ok()) Fail(status);
    measures.Add("open_time", "ms", SecondsSince(start) * 1e3);
  }
  measures.Add("open_revisions", "", revisions);
  fixture.reset();
  if (postgres.ok()) postgres->reset();
  for (int run = 0; run < (quick ? 1 : 3); ++run) {
    std::fprintf(stderr, "import %d\n", run + 1);
    measures.Add("import_rows", "/s", ImportRows(bin, absl::StrCat(folder, "/import", run)));
  }
  for (int run = 0; run < (quick ? 1 : 3); ++run) {
    for (const auto& [name, count] : {std::pair("1k", 1000), std::pair("100k", 100000)}) {
      std::fprintf(stderr, "organisations %s %d\n", name, run + 1);
      const OrganisationCosts costs =
          Must(MeasureOrganisations(absl::StrCat(folder, "/organisations-", name, run), count));
      const auto add = [&](const char* what, const char* unit, double value) {
        measures.Add(absl::StrCat("org_", what, "_", name), unit, value);
      };
      add("depth", "", costs.depth);
      add("created", "/s", costs.created_per_second);
      add("ancestors", "µs", costs.ancestors_micros);
      add("parent_as_of", "µs", costs.parent_micros);
      add("small_subtree_each", "µs", costs.small_subtree_micros);
      add("tenth_each", "µs", costs.part_micros);
      add("move_tenth", "ms", costs.move_millis);
      add("move_commits", "", costs.move_commits);
    }
  }
  std::fprintf(stderr, "due items\n");
  AddDues(measures, folder, runs);
  {
    // A service that has just begun and has nothing to do.
    Suite idle(bin, folder + "/idle");
    if (absl::Status status = idle.StartAll(); !status.ok()) Fail(status);
    for (const char* service : kServices) {
      measures.Add(absl::StrCat("idle_rss_", service), "MiB",
                   ResidentMib(idle.process(service)->pid()));
      measures.Goal(absl::StrCat("idle_rss_", service), 64, /*at_least=*/false);
    }
  }
  Print(measures, in_flight, runs, time);
}

}  // namespace
}  // namespace zhibu::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("zhibu-bench [--quick] [--json=FILE]");
  absl::ParseCommandLine(argc, argv);
  // Readable by PostgreSQL's own user, which is not root.
  zhibu::TempFolder temporary;
  std::string folder = absl::GetFlag(FLAGS_folder);
  if (folder.empty()) folder = temporary.path();
  [[maybe_unused]] int changed = chmod(folder.c_str(), 0755);
  zhibu::bench::Run(folder);
  return 0;
}
