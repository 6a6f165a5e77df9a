// From an event of a feed, which is an Any, to the one handler that takes its type.
#ifndef ZHIBU_COMMON_STORE_DISPATCH_H_
#define ZHIBU_COMMON_STORE_DISPATCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/any.pb.h"

namespace zhibu {

// "zhibu.registry.v1.PostChanged" of an event.
absl::string_view EventTypeOf(const google::protobuf::Any& event);

// Notes that an event of this type was passed over: logged for the first of each type in a process,
// counted for all. Thread-safe, as is what follows.
void NotePassedOver(absl::string_view type);
// How many events of each type were passed over since the process began.
std::map<std::string, int64_t> PassedOver();

namespace dispatch_internal {

// The message that a handler takes: that of its only parameter.
template <typename Handler>
struct EventOf : EventOf<decltype(&Handler::operator())> {};
template <typename Class, typename Message>
struct EventOf<absl::Status (Class::*)(const Message&) const> {
  using Type = Message;
};
template <typename Class, typename Message>
struct EventOf<absl::Status (Class::*)(const Message&)> {
  using Type = Message;
};

// Whether the event was of the handler's type; then `status` is what the handler answered.
template <typename Handler>
bool Try(const google::protobuf::Any& event, absl::string_view type, Handler& handler,
         absl::Status& status) {
  typename EventOf<Handler>::Type message;
  if (message.GetDescriptor()->full_name() != type) return false;
  if (!message.ParseFromString(event.value())) {
    status = absl::DataLossError("an event in the feed cannot be read");
  } else {
    status = handler(message);
  }
  return true;
}

template <typename... Handlers>
bool TryEach(const google::protobuf::Any& event, absl::Status& status, Handlers&... handlers) {
  const absl::string_view type = EventTypeOf(event);
  return (Try(event, type, handlers, status) || ...);
}

}  // namespace dispatch_internal

// Gives an event of another service's feed to the handler that takes its type; each `handler` is a
// lambda of one message, `[&](const v1::PostChanged& changed) -> absl::Status`. What none takes is
// not this service's business: it is OK and noted. DATA_LOSS where the bytes are not the message.
template <typename... Handlers>
absl::Status DispatchFollowed(const google::protobuf::Any& event, Handlers... handlers) {
  absl::Status status;
  if (!dispatch_internal::TryEach(event, status, handlers...)) NotePassedOver(EventTypeOf(event));
  return status;
}

// The same of an event of the own feed, every one of which makes the own tables: DATA_LOSS where no
// handler takes it.
template <typename... Handlers>
absl::Status DispatchOwn(const google::protobuf::Any& event, Handlers... handlers) {
  absl::Status status;
  if (dispatch_internal::TryEach(event, status, handlers...)) return status;
  return absl::DataLossError("an event in the own feed that this service does not know");
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_DISPATCH_H_
