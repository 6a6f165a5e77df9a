#include "services/cli/commands/membership/transfer_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

using membership::v1::Transfer;
using membership::v1::TransferLetter;

// Columns of a label.
constexpr int kLabel = 14;

std::string Destination(const Transfer& transfer, const TransferNames& names) {
  return transfer.to_organisation().empty() ? transfer.outside_title() : names.title(transfer.to_organisation());
}

std::string Origin(const Transfer& transfer, const TransferNames& names) {
  return transfer.from_organisation().empty() ? transfer.outside_title() : names.title(transfer.from_organisation());
}

// What a clerk looks for: until when the letter holds, or when it ended.
std::string DayShown(const Transfer& transfer) {
  switch (transfer.state()) {
    case membership::v1::TRANSFER_STATE_ISSUED:
      return absl::StrCat("有效期至 ", DateText(transfer.letters().rbegin()->valid_until()));
    case membership::v1::TRANSFER_STATE_RECEIVED:
      return absl::StrCat("接收 ", DateText(transfer.received_on()));
    case membership::v1::TRANSFER_STATE_REFUSED:
    case membership::v1::TRANSFER_STATE_CANCELLED:
    case membership::v1::TRANSFER_STATE_OVERTAKEN:
      return DateText(transfer.ended_on());
    default:
      return absl::StrCat("发起 ", DateText(transfer.started_on()));
  }
}

void AddLine(std::string& out, absl::string_view label, const std::string& text, int width) {
  if (!text.empty()) out += Paragraph(label, kLabel, text, width);
}

std::string Centred(absl::string_view text, int width) {
  return absl::StrCat(std::string(std::max(0, (width - DisplayWidth(text)) / 2), ' '), text, "\n");
}
std::string ToTheRight(absl::string_view text, int width) {
  return absl::StrCat(std::string(std::max(0, width - DisplayWidth(text)), ' '), text, "\n");
}

std::string MonthText(absl::string_view month) {
  return absl::StrCat(month.substr(0, 4), " 年 ", month.substr(5), " 月");
}

}  // namespace

std::string Term(membership::v1::TransferState state) {
  static constexpr const char* kWords[] = {"未说明", "待审批", "待开介绍信", "转接中",
                                           "已接收", "未同意", "已撤销",     "已随整建制转移"};
  const auto place = static_cast<size_t>(state);
  return place < std::size(kWords) ? kWords[place] : std::to_string(place);
}

std::string LetterNumber(const TransferLetter& letter) {
  return absl::StrCat("〔", letter.issued_on().year(), "〕第 ", letter.serial(), " 号");
}

std::string TransferTable(const std::vector<Transfer>& transfers, const TransferNames& names,
                          int width) {
  Table table;
  table.AddColumn("姓名");
  table.AddColumn("转出", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("转入", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("状态");
  table.AddColumn("日期", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
  for (const Transfer& one : transfers) {
    table.AddRow({names.person(one.person()), Origin(one, names), Destination(one, names),
                  one.overdue() ? "超期" : Term(one.state()), DayShown(one), BareId(one.name())});
  }
  return table.Render(width);
}

std::string TransferText(const Transfer& transfer, const TransferNames& names, int width) {
  std::string out = absl::StrCat(names.person(transfer.person()), "的组织关系转接\n\n");
  AddLine(out, "编号", BareId(transfer.name()), width);
  AddLine(out, "转出党组织", Origin(transfer, names), width);
  AddLine(out, "转入党组织", Destination(transfer, names), width);
  AddLine(out, "事由", transfer.reason(), width);
  AddLine(out, "发起日期", DateText(transfer.started_on()), width);
  AddLine(out, "状态", absl::StrCat(Term(transfer.state()), transfer.overdue() ? "（超期）" : ""),
          width);
  AddLine(out, "接收日期", DateText(transfer.received_on()), width);
  AddLine(out, "介绍信编号", transfer.outside_letter_number(), width);
  AddLine(out, "回执", transfer.receipt_number(), width);
  if (!transfer.ended_reason().empty()) {
    AddLine(out, "终止",
            absl::StrCat(DateText(transfer.ended_on()), " ",
                         transfer.refused_by().empty() ? "" : names.title(transfer.refused_by()),
                         transfer.refused_by().empty() ? "" : "：", transfer.ended_reason()),
            width);
  }
  if (!transfer.links().empty()) {
    Table table;
    table.AddColumn("审批党组织", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("一方");
    table.AddColumn("同意日期");
    table.AddColumn("文号", Align::kLeft, /*can_wrap=*/true);
    for (const auto& link : transfer.links()) {
      table.AddRow({names.title(link.organisation()), link.receiving() ? "转入" : "转出",
                    link.has_approved_on() ? DateText(link.approved_on()) : "待审批",
                    link.document_number()});
    }
    absl::StrAppend(&out, "\n", table.Render(width));
  }
  if (!transfer.letters().empty()) {
    Table table;
    table.AddColumn("介绍信");
    table.AddColumn("开具日期");
    table.AddColumn("有效期至");
    table.AddColumn("党费交至");
    table.AddColumn("作废", Align::kLeft, /*can_wrap=*/true);
    for (const TransferLetter& letter : transfer.letters()) {
      table.AddRow({LetterNumber(letter), DateText(letter.issued_on()),
                    DateText(letter.valid_until()), letter.paid_until_month(),
                    letter.has_voided_on()
                        ? absl::StrCat(DateText(letter.voided_on()), " ", letter.void_reason())
                        : ""});
    }
    absl::StrAppend(&out, "\n", table.Render(width));
  }
  return out;
}

std::string LetterText(const Transfer& transfer, membership::v1::Stage stage,
                       const TransferNames& names, int width) {
  if (transfer.letters().empty()) return "";
  const TransferLetter& letter = *transfer.letters().rbegin();
  const std::string name = names.person(transfer.person());
  const std::string from = names.title(transfer.from_organisation()), to = Destination(transfer, names);
  const std::string issuer = names.title(letter.issuer());
  const std::string cut = absl::StrCat("\n", std::string(std::max(0, width), '-'), "\n\n");
  const std::string number = LetterNumber(letter);

  std::string out = Centred("中国共产党党员组织关系介绍信存根", width) + ToTheRight(number, width);
  AddLine(out, "姓名", absl::StrCat(name, "（", Term(stage), "）"), width);
  AddLine(out, "由", from, width);
  AddLine(out, "转往", to, width);
  AddLine(out, "党费交至", MonthText(letter.paid_until_month()), width);
  AddLine(out, "开具", absl::StrCat(issuer, " ", DateText(letter.issued_on())), width);
  AddLine(out, "有效期至", DateText(letter.valid_until()), width);
  AddLine(out, "保存", "存根连同回执保存十年", width);

  out += cut + Centred("中国共产党党员组织关系介绍信", width) + ToTheRight(number, width);
  absl::StrAppend(&out, to, "：\n");
  out += Paragraph(
      "", 4,
      absl::StrCat("兹有 ", name, " 同志，系", Term(stage), "，组织关系由 ", from, " 转到 ", to,
                   "，请接洽。该同志党费已交到 ", MonthText(letter.paid_until_month()), "。"),
      width);
  out += Paragraph("", 4, absl::StrCat("本介绍信有效期至 ", DateText(letter.valid_until()), "。"),
                   width);
  out += ToTheRight(absl::StrCat(issuer, "（盖章）"), width) +
         ToTheRight(DateText(letter.issued_on()), width);

  out += cut + Centred("中国共产党党员组织关系介绍信回执", width) + ToTheRight(number, width);
  absl::StrAppend(&out, issuer, "：\n");
  const std::string received = DateText(transfer.received_on());
  out +=
      Paragraph("", 4,
                absl::StrCat("你处开来的介绍信收悉，", name, " 同志的组织关系已于 ",
                             received.empty() ? "      年    月    日" : received, " 转到我处。"),
                width);
  out += ToTheRight(absl::StrCat(to, "（盖章）"), width) + ToTheRight("年    月    日", width);
  return out;
}

std::string UnitTransferTable(const std::vector<membership::v1::UnitTransfer>& transfers,
                              const TransferNames& names, int width) {
  Table table;
  table.AddColumn("生效日期");
  table.AddColumn("原党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("接续的党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("已转", Align::kRight);
  table.AddColumn("待转", Align::kRight);
  table.AddColumn("调整", Align::kLeft, /*can_wrap=*/true);
  const auto titles = [&](const auto& all) {
    std::vector<std::string> shown;
    for (const std::string& one : all) shown.push_back(names.title(one));
    return absl::StrJoin(shown, "、");
  };
  for (const auto& one : transfers) {
    table.AddRow({DateText(one.effective_on()), titles(one.from_organisations()), titles(one.to_organisations()),
                  absl::StrCat(one.done()), absl::StrCat(one.remaining()),
                  BareId(one.reorganisation())});
  }
  return table.Render(width);
}

}  // namespace zhibu::cli
