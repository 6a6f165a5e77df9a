// Putting right what was recorded (更正): the one shape that all services have; see
// zhibu.type.v1.Correction.
#ifndef ZHIBU_COMMON_RPC_CORRECTION_H_
#define ZHIBU_COMMON_RPC_CORRECTION_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "common/rpc/call.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "zhibu/type/v1/correction.pb.h"

namespace zhibu {

// The form of a correction: CORRECTION_REASON_INVALID (1–200 characters), NAME_INVALID (the
// authority), DOCUMENT_NUMBER_INVALID; of its mask: UPDATE_MASK_INVALID (a path that is not in
// `correctable`, or none at all) and, with `withdraw`, WITHDRAWN_NEEDS_NO_FIELDS where it has any.
void CheckCorrection(const type::v1::Correction& correction,
                     const google::protobuf::FieldMask& mask, bool withdraw,
                     std::initializer_list<absl::string_view> correctable, Violations& wrong);

// `stored` with the fields of the mask as they stand in `given`, which is of the same type; what
// stood there before is written down in the answer. With `withdraw` nothing of `stored` is changed and
// all of it is written down. `subject` is the correction's own; the rest is the call's. The mask was
// checked. A field that stays as it was is not written down: an answer without fields that is not
// withdrawn corrects nothing.
type::v1::RecordedCorrection Correct(const Call& call, const type::v1::Correction& correction,
                                     const google::protobuf::FieldMask& mask, bool withdraw,
                                     absl::string_view subject,
                                     const google::protobuf::Message& given,
                                     google::protobuf::Message* stored);

// FAILED_PRECONDITION "NOTHING_TO_CORRECT": everything stands so already.
absl::Status NothingToCorrect(absl::string_view subject);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_CORRECTION_H_
