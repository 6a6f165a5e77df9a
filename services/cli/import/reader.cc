#include "services/cli/import/reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/domain/credit_code.h"
#include "common/domain/id_number.h"
#include "services/cli/terminal/csv.h"
#include "services/cli/terminal/utf8.h"

namespace zhibu::cli {
namespace {

constexpr absl::string_view kWideSpace = "\xE3\x80\x80";  // U+3000, what a Chinese keyboard types

std::string Strip(absl::string_view text) {
  while (true) {
    text = absl::StripAsciiWhitespace(text);
    if (absl::ConsumePrefix(&text, kWideSpace) || absl::ConsumeSuffix(&text, kWideSpace)) continue;
    return std::string(text);
  }
}

int64_t Characters(absl::string_view text) {
  int64_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(DecodeUtf8(text).length);
    ++count;
  }
  return count;
}

// Spreadsheets write 2026/1/3; ParseDate wants every digit.
std::string PadDate(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("/-."));
  if (parts.size() != 3 || parts[0].size() != 4) return std::string(text);
  const auto pad = [](const std::string& part) {
    return part.size() == 1 ? absl::StrCat("0", part) : part;
  };
  return absl::StrCat(parts[0], "-", pad(parts[1]), "-", pad(parts[2]));
}

struct Fault {
  std::string reason;
  std::string message;
};

bool IsCaseId(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  return parts.size() == 2 && IsResourceId(parts[0]) && IsResourceId(parts[1]);
}

std::string WordList(const Words& words) {
  std::vector<std::string> list;
  for (const Word& word : words) list.push_back(word.word);
  return absl::StrJoin(list, "、");
}

// Puts a field into its normal form, or says what is wrong with it.
std::optional<Fault> Normalise(const Column& column, std::string& field) {
  if (field.empty()) {
    if (!column.required) return std::nullopt;
    return Fault{"VALUE_REQUIRED", "不能为空，请填写"};
  }
  switch (column.form) {
    case Form::kId:
    case Form::kOrganisation:
    case Form::kInstitution:
    case Form::kSeat:
    case Form::kPerson:
    case Form::kHolder:
      if (IsResourceId(field)) return std::nullopt;
      return Fault{"ID_INVALID", "编号须以小写字母开头，只含小写字母、数字和“-”，不超过63个字符"};
    case Form::kPersons:
    case Form::kOrganisations: {
      std::set<std::string> seen;
      const std::vector<std::string> parts = SplitList(field);
      for (const std::string& part : parts) {
        if (!IsResourceId(part)) {
          return Fault{"ID_INVALID", "须为编号，多个之间用“;”隔开"};
        }
        if (!seen.insert(part).second)
          return Fault{column.form == Form::kPersons ? "PERSON_TWICE" : "ID_TWICE",
                       "同一编号写了两次"};
      }
      field = absl::StrJoin(parts, ";");
      return std::nullopt;
    }
    case Form::kCase:
      if (IsCaseId(field)) return std::nullopt;
      return Fault{"CASE_INVALID", "须写成“人员编号/案件编号”，例如 p000001/c1"};
    case Form::kText:
      if (Characters(field) <= column.max) return std::nullopt;
      return Fault{"TEXT_TOO_LONG", absl::StrCat("不能超过", column.max, "个字")};
    case Form::kWord:
      if (ValueOf(*column.words, field)) return std::nullopt;
      return Fault{"WORD_UNKNOWN", absl::StrCat("只能填：", WordList(*column.words))};
    case Form::kDate: {
      const absl::StatusOr<absl::CivilDay> day = ParseDate(PadDate(field));
      if (!day.ok()) {
        return Fault{"DATE_INVALID", "不是有效日期，请写成 2026-11-23（1900年至2199年）"};
      }
      field = FormatDate(*day);
      return std::nullopt;
    }
    case Form::kDates: {
      std::vector<std::string> dates;
      for (const std::string& part : SplitList(field)) {
        const absl::StatusOr<absl::CivilDay> day = ParseDate(PadDate(part));
        if (!day.ok()) {
          return Fault{"DATE_INVALID", "不是有效日期，请写成 2026-11-23，多个之间用“;”隔开"};
        }
        dates.push_back(FormatDate(*day));
      }
      field = absl::StrJoin(dates, ";");
      return std::nullopt;
    }
    case Form::kNumber: {
      int64_t number;
      if (!absl::SimpleAtoi(field, &number)) return Fault{"NUMBER_INVALID", "须为整数"};
      if (number < column.min || number > column.max) {
        return Fault{"NUMBER_OUT_OF_RANGE",
                     absl::StrCat("须在", column.min, "至", column.max, "之间")};
      }
      field = absl::StrCat(number);
      return std::nullopt;
    }
    case Form::kIdNumber: {
      const absl::StatusOr<IdNumber> parsed = ParseIdNumber(field);
      if (!parsed.ok()) {
        return Fault{"ID_NUMBER_INVALID",
                     "公民身份号码不对：须18位，出生日期存在，校验码相符（表格软件须按文本保存）"};
      }
      field = parsed->number;
      return std::nullopt;
    }
    case Form::kCreditCode: {
      const absl::StatusOr<CreditCode> parsed = ParseCreditCode(field);
      if (!parsed.ok()) {
        return Fault{"CREDIT_CODE_INVALID", "统一社会信用代码不对：须18位，校验码相符"};
      }
      field = parsed->code;
      return std::nullopt;
    }
    case Form::kNationality: {
      int code = 0;
      if (field.size() > 2 || !absl::SimpleAtoi(field, &code) ||
          !((code >= 1 && code <= 56) || code == 97 || code == 98)) {
        return Fault{"NATIONALITY_INVALID", "须为 GB/T 3304 代码：01–56、97 或 98"};
      }
      field = absl::StrCat(absl::Dec(code, absl::kZeroPad2));
      return std::nullopt;
    }
    case Form::kActivityKind: {
      const std::optional<std::string> kind = ActivityKindOf(field);
      if (!kind) {
        return Fault{"WORD_UNKNOWN",
                     "只能填：支部党员大会、支委会、党小组会、党课、主题党日，或类别编号"};
      }
      field = *kind;
      return std::nullopt;
    }
  }
  return std::nullopt;
}

class Reading {
 public:
  Reading(const FileSpec& spec, RowErrors* errors, absl::FunctionRef<void(const Row&)> visit)
      : spec_(spec), errors_(errors), visit_(visit) {}

  absl::Status Take(const CsvRow& csv) {
    if (csv.number == 0) return TakeHeader(csv);
    Row row;
    row.spec = &spec_;
    row.line = csv.line;
    row.fields.resize(spec_.columns.size());
    for (size_t i = 0; i < csv.fields.size(); ++i) {
      row.fields[places_[i]] = Strip(csv.fields[i].value);
    }
    // What a spreadsheet leaves behind where rows were cleared.
    if (std::all_of(row.fields.begin(), row.fields.end(),
                    [](const std::string& field) { return field.empty(); })) {
      return absl::OkStatus();
    }
    for (size_t i = 0; i < spec_.columns.size(); ++i) {
      if (const std::optional<Fault> fault = Normalise(spec_.columns[i], row.fields[i])) {
        row.sound = false;
        errors_->Add(
            {spec_.name, row.line, spec_.columns[i].header, fault->reason, fault->message});
      }
    }
    visit_(row);
    return absl::OkStatus();
  }

  absl::Status TakeBadRow(const CsvRow& csv) {
    errors_->Add({spec_.name, csv.line, "", "FIELD_COUNT",
                  absl::StrCat("这一行有", csv.fields.size(), "栏，表头有", places_.size(),
                               "栏，请补齐或删去多余的逗号")});
    return absl::OkStatus();
  }

 private:
  absl::Status TakeHeader(const CsvRow& csv) {
    std::set<size_t> seen;
    bool good = true;
    const auto fault = [&](const std::string& column, const char* reason, std::string message) {
      good = false;
      errors_->Add({spec_.name, csv.line, column, reason, std::move(message)});
    };
    for (const CsvField& field : csv.fields) {
      const std::string header = Strip(field.value);
      size_t place = 0;
      while (place < spec_.columns.size() && spec_.columns[place].header != header) ++place;
      if (place == spec_.columns.size()) {
        fault(header, "COLUMN_UNKNOWN", "没有这一栏，请核对表头");
      } else if (!seen.insert(place).second) {
        fault(header, "COLUMN_TWICE", "这一栏出现了两次");
      }
      places_.push_back(place);
    }
    for (size_t i = 0; i < spec_.columns.size(); ++i) {
      if (spec_.columns[i].required && seen.count(i) == 0) {
        fault(spec_.columns[i].header, "COLUMN_MISSING", "缺少这一栏");
      }
    }
    return good ? absl::OkStatus() : absl::CancelledError();
  }

  const FileSpec& spec_;
  RowErrors* const errors_;
  const absl::FunctionRef<void(const Row&)> visit_;
  std::vector<size_t> places_;  // of the file's columns in spec_.columns
};

}  // namespace

void RowErrors::Add(RowError error) {
  ++total_;
  if (list_.size() < limit_) list_.push_back(std::move(error));
}

std::optional<absl::CivilDay> Row::Date(int column) const {
  const absl::StatusOr<absl::CivilDay> day = ParseDate(fields[column]);
  if (!day.ok()) return std::nullopt;
  return *day;
}

std::optional<int64_t> Row::Number(int column) const {
  int64_t number;
  if (!absl::SimpleAtoi(fields[column], &number)) return std::nullopt;
  return number;
}

int Row::Value(int column) const {
  return ValueOf(*spec->columns[column].words, fields[column]).value_or(0);
}

std::vector<std::string> Row::List(int column) const { return SplitList(fields[column]); }

void ReadRows(const FileSpec& spec, absl::string_view bytes, RowErrors* errors,
              absl::FunctionRef<void(const Row& row)> visit) {
  Reading reading(spec, errors, visit);
  const absl::Status status = ReadCsv(
      bytes, [&](const CsvRow& row) { return reading.Take(row); },
      [&](const CsvRow& row, const absl::Status&) { return reading.TakeBadRow(row); });
  if (status.ok() || absl::IsCancelled(status)) return;
  const CsvPosition at = CsvErrorPosition(status).value_or(CsvPosition{});
  errors->Add({spec.name, at.line, "", "CSV_INVALID",
               absl::StrCat("第", at.column, "个字符处不是有效的 CSV，请另存为“CSV UTF-8”（",
                            status.message(), "）")});
}

std::vector<std::string> SplitList(absl::string_view text) {
  std::vector<std::string> list;
  const std::string one = absl::StrReplaceAll(text, {{"；", ";"}});
  for (absl::string_view part : absl::StrSplit(one, ';')) {
    std::string id = Strip(part);
    if (!id.empty()) list.push_back(std::move(id));
  }
  return list;
}

}  // namespace zhibu::cli
