// Between a resource and its record in the journal, which are messages of their own.
#ifndef ZHIBU_COMMON_BASE_COPY_FIELDS_H_
#define ZHIBU_COMMON_BASE_COPY_FIELDS_H_

#include "google/protobuf/message.h"

namespace zhibu {

// Copies what `from` has of the fields that `to` has too: those of the same name, type and
// cardinality. Others stay as they are: a resource's computed fields have no place in its record.
void CopyFields(const google::protobuf::Message& from, google::protobuf::Message* to);

// A new message of it: `const v1::PostRecord record = Copied<v1::PostRecord>(post);`.
template <typename To>
To Copied(const google::protobuf::Message& from) {
  To to;
  CopyFields(from, &to);
  return to;
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_COPY_FIELDS_H_
