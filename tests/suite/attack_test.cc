// What strangers and bad days do to a service: floods, silence, lost accounts, signals. Against the
// real program, since most of it is about the process.
#include <arpa/inet.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/identity.h"
#include "common/rpc/wire_status.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/support/process.h"
#include "tests/support/suite.h"
#include "tests/support/wait.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"
#include "zhibu/policy/v1/caller_service.grpc.pb.h"

namespace zhibu {
namespace {

using policy::v1::CallerService;
using testing::HasSubstr;
using testing::Not;

constexpr char kCreate[] = "/zhibu.registry.v1.RegistryService/CreateOrganisation";

// A registry of its own.
class Registry {
 public:
  std::string data() const { return folder_.path() + "/suite"; }
  std::string log() const { return ReadFile(data() + "/log").value_or(""); }
  std::string principals_file() const { return data() + "/principals.textproto"; }

  // Until it serves or ends: whether it serves.
  bool Start(std::vector<std::string> flags = {}) {
    mkdir(data().c_str(), 0700);
    std::vector<std::string> argv = {ProgramFolder() + "/zhibu-registry",
                                     absl::StrCat("--data_dir=", data(), "/registry"),
                                     "--listen=127.0.0.1:0", absl::StrCat("--today=", kSuiteToday)};
    argv.insert(argv.end(), flags.begin(), flags.end());
    process_ = Process::Start(argv, data() + "/log").value();
    EXPECT_TRUE(WaitFor([&] { return Port() != 0 || !process_->Running(); }));
    port_ = Port();
    return port_ != 0;
  }
  Process& process() { return *process_; }
  int port() const { return port_; }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  std::string token() const { return ReadToken(data() + "/token").value_or(""); }

  // A connection of its own.
  std::shared_ptr<grpc::Channel> Connect() const {
    grpc::ChannelArguments own;
    own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(address(), grpc::InsecureChannelCredentials(), own);
  }
  absl::Status Ask(const std::string& token, const std::shared_ptr<grpc::Channel>& channel) const {
    grpc::ClientContext context;
    PrepareContext(context, token);
    policy::v1::GetCallerResponse response;
    return FromGrpcStatus(CallerService::NewStub(channel)->GetCaller(&context, {}, &response));
  }
  absl::Status Ask(const std::string& token) const { return Ask(token, Connect()); }

  // Of /proc/PID/status, in MiB.
  int Mebibytes(const std::string& field) const {
    return Number(absl::StrCat("/proc/", process_->pid(), "/status"), field + ":") / 1024;
  }
  // The soft limit of /proc/PID/limits.
  int Limit(const std::string& name) const {
    return Number(absl::StrCat("/proc/", process_->pid(), "/limits"), name);
  }
  // Ends it with a signal: how long that took.
  absl::Duration Stop(int* code) {
    const absl::Time begun = absl::Now();
    process_->Kill(SIGTERM);
    *code = process_->Wait();
    return absl::Now() - begun;
  }

 private:
  int Port() const {
    const std::string text = log();
    const size_t serving = text.rfind("\"message\":\"serving\"");
    const std::string key = "\"port\":\"";
    const size_t at = serving == text.npos ? text.npos : text.find(key, serving);
    int port = 0;
    if (at == text.npos) return 0;
    const size_t begin = at + key.size();
    return absl::SimpleAtoi(text.substr(begin, text.find('"', begin) - begin), &port) ? port : 0;
  }
  static int Number(const std::string& path, const std::string& name) {
    for (absl::string_view line : absl::StrSplit(ReadFile(path).value_or(""), '\n')) {
      if (!absl::ConsumePrefix(&line, name)) continue;
      line = absl::StripLeadingAsciiWhitespace(line);
      int number = -1;
      const std::string first(line.substr(0, line.find_first_of(" \t")));
      return absl::SimpleAtoi(first, &number) ? number : -1;
    }
    return -1;
  }

  TempFolder folder_;
  std::unique_ptr<Process> process_;
  int port_ = 0;
};

// HTTP/2 by hand, since no library sends what it should not.
class Wire {
 public:
  explicit Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // A server that takes no more shall not hold the test.
    const timeval second = {1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
    open_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Wire() { close(socket_); }
  Wire(const Wire&) = delete;

  void Greet() { SendBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0, "")); }
  void Ping() { SendBytes(Frame(6, 0, 0, "12345678")); }
  // Begins a call, without a token.
  void Begin(uint32_t stream) {
    std::string headers;
    for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
             {":method", "POST"},
             {":scheme", "http"},
             {":path", kCreate},
             {":authority", "x"},
             {"te", "trailers"},
             {"content-type", "application/grpc"}}) {
      absl::StrAppend(&headers, std::string(1, '\0'), std::string(1, char(name.size())), name,
                      std::string(1, char(value.size())), value);
    }
    SendBytes(Frame(1, 4, stream, headers));
    windows_[stream] = initial_;
  }
  // As much of `bytes` as the other side allows now, which is taken from them.
  void SendData(uint32_t stream, absl::string_view& bytes) {
    while (open_ && !bytes.empty()) {
      const int64_t room = std::min(windows_[0], windows_[stream]);
      const size_t now = std::min<int64_t>({room, 16384, static_cast<int64_t>(bytes.size())});
      if (room <= 0) break;
      SendBytes(Frame(0, 0, stream, std::string(bytes.substr(0, now))));
      windows_[0] -= now;
      windows_[stream] -= now;
      bytes.remove_prefix(now);
    }
  }
  // Takes what has come; false where the connection has ended.
  bool Read(bool answer_pings = true) {
    char buffer[65536];
    ssize_t n;
    while ((n = recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0)
      received_.append(buffer, n);
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) open_ = false;
    while (received_.size() >= 9) {
      const size_t size = Big(0, 3);
      if (received_.size() < 9 + size) break;
      const int type = received_[3], flags = received_[4];
      const uint32_t stream = Big(5, 4) & 0x7fffffff;
      if (type == 4 && !(flags & 1)) {
        for (size_t at = 9; at < 9 + size; at += 6) {
          if (Big(at, 2) != 4) continue;
          const int64_t initial = Big(at + 2, 4);
          for (auto& [id, window] : windows_) window += id == 0 ? 0 : initial - initial_;
          initial_ = initial;
        }
        SendBytes(Frame(4, 1, 0, ""));
      } else if (type == 6 && !(flags & 1) && answer_pings) {
        SendBytes(Frame(6, 1, 0, received_.substr(9, size)));
      } else if (type == 7) {
        went_away_ = true;
      } else if (type == 8) {
        windows_[stream] += Big(9, 4);
      }
      received_.erase(0, 9 + size);
    }
    return open_;
  }
  bool went_away() const { return went_away_; }

 private:
  static std::string Frame(int type, int flags, uint32_t stream, const std::string& payload) {
    std::string frame;
    for (int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
    frame += static_cast<char>(type);
    frame += static_cast<char>(flags);
    for (int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
    return frame + payload;
  }
  uint32_t Big(size_t at, int bytes) const {
    uint32_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(received_[at + i]);
    return value;
  }
  void SendBytes(absl::string_view bytes) {
    while (open_ && !bytes.empty()) {
      const ssize_t n = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) open_ = false;
      if (n > 0) bytes.remove_prefix(n);
    }
  }

  const int socket_;
  bool open_ = false, went_away_ = false;
  std::string received_;
  int64_t initial_ = 65535;
  std::map<uint32_t, int64_t> windows_ = {{0, 65535}};
};

// The beginning of a message of 8 MiB.
std::string HalfMessage() {
  std::string half(1, '\0');
  for (int shift : {24, 16, 8, 0}) half += static_cast<char>((8 << 20) >> shift);
  return half + std::string((8 << 20) - 4096, 'x');
}

grpc::Status CallWithBytes(const std::shared_ptr<grpc::Channel>& channel, grpc::Slice bytes,
                           grpc_compression_algorithm packed) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_compression_algorithm(packed);
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  grpc::ByteBuffer request(&bytes, 1), response;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, kCreate, {}, &request, &response,
                 [&](grpc::Status status) { ended.set_value(std::move(status)); });
  return ended.get_future().get();
}

TEST(Floods, OfPackedMessagesAreNotUnpacked) {
  Registry registry;
  ASSERT_TRUE(registry.Start());
  const int before = registry.Mebibytes("VmHWM");
  const grpc::Slice zeros(std::string(128 << 20, '\0'));
  const grpc::Status status = CallWithBytes(registry.Connect(), zeros, GRPC_COMPRESS_GZIP);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << status.error_message();
  EXPECT_LT(registry.Mebibytes("VmHWM"), before + 64);
}

TEST(Floods, OfWhatIsTooLargeAreBounded) {
  Registry registry;
  ASSERT_TRUE(registry.Start());
  const int before = registry.Mebibytes("VmHWM");
  const grpc::Slice zeros(std::string(320 << 20, '\0'));
  const grpc::Status status = CallWithBytes(registry.Connect(), zeros, GRPC_COMPRESS_NONE);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_LT(registry.Mebibytes("VmHWM"), before + 256);
  EXPECT_TRUE(registry.Ask(registry.token()).ok());
}

TEST(Floods, OfMessagesThatNeverEndAreBounded) {
  Registry registry;
  ASSERT_TRUE(registry.Start({"--process_mib=256"}));
  const std::string half = HalfMessage();
  std::vector<std::thread> strangers;
  for (int i = 0; i < 4; ++i) {
    strangers.emplace_back([&] {
      Wire wire(registry.port());
      wire.Greet();
      std::map<uint32_t, absl::string_view> left;
      for (uint32_t stream = 1; stream < 80; stream += 2) {
        wire.Begin(stream);
        left[stream] = half;
      }
      // Until it has it all, or has had enough.
      (void)WaitFor(
          [&] {
            bool more = false;
            for (auto& [stream, bytes] : left) {
              wire.SendData(stream, bytes);
              more |= !bytes.empty();
            }
            return !wire.Read() || !more;
          },
          std::chrono::seconds(10));
    });
  }
  for (auto& stranger : strangers) stranger.join();
  // 1.2 GiB were offered.
  EXPECT_LT(registry.Mebibytes("VmHWM"), 600);
  EXPECT_TRUE(registry.Ask(registry.token()).ok());
}

// Descriptors are raised at the start; here the system is said to allow few.
TEST(Floods, OfSilentConnectionsPass) {
  Registry registry;
  ASSERT_TRUE(registry.Start());
  const rlimit few = {200, 200};
  ASSERT_EQ(prlimit(registry.process().pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  const auto known = registry.Connect();
  ASSERT_TRUE(registry.Ask(registry.token(), known).ok());
  std::vector<std::unique_ptr<Wire>> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(std::make_unique<Wire>(registry.port()));
  EXPECT_TRUE(registry.Ask(registry.token(), known).ok()) << "who is connected goes on";
  // They stay; the service does not wait for them for ever.
  EXPECT_TRUE(WaitFor([&] { return registry.Ask(registry.token()).ok(); }));
}

// 25 s of them. A server's own pings find who is gone; 40 s.
TEST(Pings, KeepConnectionsOpenAndFindTheDead) {
  Registry registry;
  ASSERT_TRUE(registry.Start());
  Wire lively(registry.port()), dead(registry.port());
  lively.Greet();
  dead.Greet();
  absl::Time next = absl::Now();
  bool found = false, dropped = false;
  (void)WaitFor([&] {
    if (absl::Now() >= next) {
      lively.Ping();
      next += absl::Seconds(10);
    }
    dropped |= !lively.Read() || lively.went_away();
    found |= !dead.Read(/*answer_pings=*/false);
    return dropped || found;
  });
  EXPECT_TRUE(found) << "a connection whose other side is gone is closed";
  EXPECT_FALSE(dropped) << "pings every ten seconds are welcome";
}

TEST(Limits, AreWhatTheSystemAllowsAndNoCores) {
  Registry registry;
  ASSERT_TRUE(registry.Start());
  rlimit files = {};
  ASSERT_EQ(prlimit(registry.process().pid(), RLIMIT_NOFILE, nullptr, &files), 0);
  EXPECT_EQ(files.rlim_cur, files.rlim_max);
  EXPECT_EQ(registry.Limit("Max core file size"), 0);
}

TEST(Channelz, IsForWhoAskedForIt) {
  for (const bool on : {false, true}) {
    Registry registry;
    ASSERT_TRUE(
        registry.Start(on ? std::vector<std::string>{"--channelz"} : std::vector<std::string>{}));
    grpc::GenericStub stub(registry.Connect());
    grpc::ClientContext context;
    grpc::Slice empty;
    grpc::ByteBuffer request(&empty, 1), response;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, "/grpc.channelz.v1.Channelz/GetServers", {}, &request, &response,
                   [&](grpc::Status status) { ended.set_value(std::move(status)); });
    EXPECT_EQ(ended.get_future().get().error_code(),
              on ? grpc::StatusCode::OK : grpc::StatusCode::UNIMPLEMENTED);
  }
}

TEST(Help, ShowsTheServicesOwnFlags) {
  const RunResult help = RunProgram({ProgramFolder() + "/zhibu-registry", "--help"});
  for (const char* text : {"--data_dir", "--norms", "--principals_file", "ZHIBU_DATA_DIR"}) {
    EXPECT_THAT(help.output, HasSubstr(text));
  }
  EXPECT_THAT(help.output, Not(HasSubstr("No flags matched")));
  EXPECT_THAT(RunProgram({ProgramFolder() + "/zhibu-registry", "--version"}).output,
              HasSubstr("zhibu-registry 0."));
}

class Accounts : public testing::Test {
 protected:
  Accounts() { EXPECT_TRUE(registry_.Start()); }

  policy::v1::Principals Now() { return ReadPrincipals(registry_.principals_file()).value(); }
  void Write(const std::string& text) {
    ASSERT_TRUE(WriteFile(registry_.principals_file(), text, /*secret=*/true).ok());
  }
  void Write(const policy::v1::Principals& principals) {
    std::string text;
    google::protobuf::TextFormat::PrintToString(principals, &text);
    Write(text);
  }
  void Hangup() { registry_.process().Kill(SIGHUP); }

  Registry registry_;
};

TEST_F(Accounts, AreAddedAndRevokedWithoutARestart) {
  const std::string owner = registry_.token();
  const auto channel = registry_.Connect();
  auto stub = feed::v1::FeedService::NewStub(channel);
  grpc::ClientContext context;
  PrepareContext(context, owner, absl::Minutes(2));
  auto watch = stub->Watch(&context, {});
  ASSERT_TRUE(registry_.Ask(owner, channel).ok());
  policy::v1::Principals principals = Now();
  policy::v1::Principal& partner = *principals.add_principals();
  partner = principals.principals(0);
  partner.set_name("partner");
  partner.set_token_sha256(Sha256Hex("partner's token"));
  Write(principals);
  EXPECT_EQ(registry_.Ask("partner's token", channel).code(), absl::StatusCode::kUnauthenticated);
  Hangup();
  EXPECT_TRUE(WaitFor([&] { return registry_.Ask("partner's token", channel).ok(); }));
  EXPECT_TRUE(registry_.Ask(owner, channel).ok());
  // Revoked, also where it is watching.
  principals.mutable_principals()->DeleteSubrange(0, 1);
  Write(principals);
  Hangup();
  EXPECT_TRUE(WaitFor(
      [&] { return registry_.Ask(owner, channel).code() == absl::StatusCode::kUnauthenticated; }));
  feed::v1::WatchResponse response;
  while (watch->Read(&response)) {
  }
  EXPECT_EQ(ReasonOf(FromGrpcStatus(watch->Finish())), "ACCOUNT_CHANGED");
  EXPECT_TRUE(registry_.Ask("partner's token", channel).ok());
}

TEST_F(Accounts, StayAsTheyWereWhereTheFileCannotBeTaken) {
  const std::string owner = registry_.token();
  const std::string good = ReadFile(registry_.principals_file()).value();
  int refusals = 0;
  auto refused = [&] {
    ++refusals;
    Hangup();
    return WaitFor([&] {
      const std::string log = registry_.log();
      int seen = 0;
      for (size_t at = 0; (at = log.find("principals stay as they were", at)) != log.npos; ++at) {
        ++seen;
      }
      return seen == refusals;
    });
  };
  for (const char* bad : {"", "principals {", "principals { name: \"nobody\" }"}) {
    Write(std::string(bad));
    EXPECT_TRUE(refused()) << bad;
  }
  Write(good);
  ASSERT_EQ(chmod(registry_.principals_file().c_str(), 0666), 0);
  EXPECT_TRUE(refused());
  ASSERT_EQ(unlink(registry_.principals_file().c_str()), 0);
  EXPECT_TRUE(refused());
  EXPECT_TRUE(registry_.Ask(owner).ok());
  int code = 0;
  registry_.Stop(&code);
  EXPECT_EQ(code, 0);
}

TEST_F(Accounts, AreNotServedFromFilesThatOthersReadOrWrite) {
  int code = 0;
  registry_.Stop(&code);
  const std::pair<std::string, mode_t> open[] = {
      {"token", 0644}, {"service.token", 0640}, {"principals.textproto", 0666}};
  for (const auto& [name, mode] : open) {
    const std::string path = absl::StrCat(registry_.data(), "/", name);
    const size_t said = registry_.log().size();
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    auto again = Process::Start(
        {ProgramFolder() + "/zhibu-registry",
         absl::StrCat("--data_dir=", registry_.data(), "/registry"), "--listen=127.0.0.1:0"},
        registry_.data() + "/log");
    EXPECT_EQ((*again)->Wait(), 1) << name;
    EXPECT_THAT(registry_.log().substr(said), HasSubstr("chmod")) << name;
    EXPECT_THAT(registry_.log().substr(said), HasSubstr(path)) << name;
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  }
  EXPECT_TRUE(registry_.Start());
}

TEST(Stop, IsAtOnceThoughSomebodyWatches) {
  Registry registry;
  ASSERT_TRUE(registry.Start());
  const auto channel = registry.Connect(), idle = registry.Connect();
  ASSERT_TRUE(registry.Ask(registry.token(), idle).ok());
  Wire silent(registry.port()), greeted(registry.port());
  greeted.Greet();
  grpc::ClientContext health, feed;
  auto health_stub = grpc::health::v1::Health::NewStub(channel);
  auto healthy = health_stub->Watch(&health, {});
  grpc::health::v1::HealthCheckResponse serving;
  ASSERT_TRUE(healthy->Read(&serving));
  PrepareContext(feed, registry.token(), absl::Minutes(2));
  auto feed_stub = feed::v1::FeedService::NewStub(channel);
  auto watch = feed_stub->Watch(&feed, {});
  ASSERT_TRUE(registry.Ask(registry.token(), channel).ok());
  int code = 0;
  EXPECT_LT(registry.Stop(&code), absl::Seconds(3));  // its drain is 5 s
  EXPECT_EQ(code, 0);
  while (healthy->Read(&serving)) {
  }
  EXPECT_EQ(healthy->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  feed::v1::WatchResponse response;
  while (watch->Read(&response)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(Stop, NeverTellsACallerThatHeCancelled) {
  for (int round = 0; round < 4; ++round) {
    Registry registry;
    ASSERT_TRUE(registry.Start());
    const std::string token = registry.token();
    std::atomic<int> answered = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 16; ++i) {
      callers.emplace_back([&] {
        const auto channel = registry.Connect();
        absl::Status status;
        while ((status = registry.Ask(token, channel)).ok()) ++answered;
        EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      });
    }
    EXPECT_TRUE(WaitFor([&] { return answered >= 500; }));
    int code = 0;
    registry.Stop(&code);
    EXPECT_EQ(code, 0);
    for (auto& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace zhibu
