// Dates, ID numbers, credit codes and resource names: what is accepted is in its normal form.
#include <string>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/credit_code.h"
#include "common/domain/id_number.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  const absl::string_view text = Bytes(data, size);
  if (const auto day = ParseDate(text); day.ok()) {
    ZHIBU_FUZZ_CHECK(day->year() >= 1900 && day->year() <= 2199);
    ZHIBU_FUZZ_CHECK(ParseDate(FormatDate(*day)).value() == *day);
    ZHIBU_FUZZ_CHECK(FromProto(ToProto(*day)).value() == *day);
    ZHIBU_FUZZ_CHECK(DayFromNumber(DayNumber(*day)) == *day);
  }
  if (const auto id = ParseIdNumber(text); id.ok()) {
    ZHIBU_FUZZ_CHECK(ParseIdNumber(id->number).value().number == id->number);
    ZHIBU_FUZZ_CHECK(IdCheckCharacter(absl::string_view(id->number).substr(0, 17)) ==
                     id->number[17]);
  }
  MaskIdNumber(text);
  if (const auto code = ParseCreditCode(text); code.ok()) {
    ZHIBU_FUZZ_CHECK(ParseCreditCode(code->code).value().code == code->code);
    ZHIBU_FUZZ_CHECK(CreditCodeCheckCharacter(absl::string_view(code->code).substr(0, 17)) ==
                     code->code[17]);
  }
  if (const auto id = IdOf(kOrganisations, text)) {
    ZHIBU_FUZZ_CHECK(IsResourceId(*id) && NameOf(kOrganisations, *id) == text);
  }
  if (const auto name = ParseCaseName(text)) {
    ZHIBU_FUZZ_CHECK(IsResourceId(name->person_id) && IsResourceId(name->case_id));
  }
  google::type::Date date;
  if (date.ParseFromArray(data, static_cast<int>(size))) {
    if (const auto day = FromProto(date); day.ok()) {
      ZHIBU_FUZZ_CHECK(ToProto(*day).year() == date.year());
    }
  }
  // The details of a refusal, as a client gets them from a server.
  google::rpc::Status rpc;
  if (rpc.ParseFromArray(data, static_cast<int>(size)) && rpc.code() > 0 && rpc.code() <= 16) {
    const absl::Status status = FromRpcStatus(rpc);
    ReasonsOf(status);
    ZHIBU_FUZZ_CHECK(ToRpcStatus(status, "fuzz", 6000).ByteSizeLong() <= 6000);
  }
  return 0;
}
