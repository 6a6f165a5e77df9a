#include "services/reporting/survey/survey.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "services/reporting/books/counters.h"
#include "services/reporting/rules/measures.h"

namespace zhibu::reporting {
namespace {

// Where and when a figure counts.
struct Frame {
  Of of;
  survey::Reach reach;
  absl::CivilDay from, as_of;  // of flows: the days [from, as_of]
};

Frame FrameOf(const survey::FigureSpec& figure, const SurveyQuery& query) {
  Frame frame;
  frame.of = SubtreeOn(figure.line() == type::v1::LINE_UNSPECIFIED ? query.line : figure.line());
  frame.reach = figure.reach();
  frame.as_of = query.as_of;
  const int months = figure.span() == survey::SPAN_MONTH  ? 1
                     : figure.span() == survey::SPAN_YEAR ? 12
                                                          : 12 * query.period_years;
  frame.from = AddMonths(query.as_of, -months) + 1;
  return frame;
}

// Reads measures of one organisation.
class Measurer {
 public:
  Measurer(const Reader& reader, const std::string& organisation)
      : reader_(reader), organisation_(organisation) {}

  absl::StatusOr<int64_t> Sum(const google::protobuf::RepeatedPtrField<std::string>& measures,
                              const Frame& frame) const {
    int64_t sum = 0;
    for (const std::string& measure : measures) {
      ZHIBU_ASSIGN_OR_RETURN(const int64_t count, One(measure, frame));
      sum += count;
    }
    return sum;
  }

  absl::StatusOr<int64_t> One(const std::string& measure, const Frame& frame) const {
    switch (frame.reach) {
      case survey::REACH_OWN:
        return Count(Of::kItself, measure, frame);
      case survey::REACH_BELOW: {
        ZHIBU_ASSIGN_OR_RETURN(const int64_t all, Count(frame.of, measure, frame));
        ZHIBU_ASSIGN_OR_RETURN(const int64_t own, Count(Of::kItself, measure, frame));
        return all - own;
      }
      default:
        return Count(frame.of, measure, frame);
    }
  }

 private:
  absl::StatusOr<int64_t> Count(Of of, const std::string& measure, const Frame& frame) const {
    if (IsFlow(measure)) {
      return CountBetween(reader_, of, organisation_, measure, frame.from, frame.as_of + 1);
    }
    return CountOn(reader_, of, organisation_, measure, frame.as_of);
  }

  const Reader& reader_;
  const std::string& organisation_;
};

struct Amount {
  int64_t value = 0;
  bool unrecorded = false;
  // Where fewer recorded it than should have: how many did, of how many.
  std::string gap;
};

absl::StatusOr<Amount> AmountOf(const survey::Term& term, const Frame& frame,
                                const Measurer& measurer) {
  Amount amount;
  ZHIBU_ASSIGN_OR_RETURN(const int64_t plus, measurer.Sum(term.plus(), frame));
  ZHIBU_ASSIGN_OR_RETURN(const int64_t minus, measurer.Sum(term.minus(), frame));
  amount.value = plus - minus;
  if (term.recorded_by().empty()) return amount;
  ZHIBU_ASSIGN_OR_RETURN(const int64_t recorded, measurer.One(term.recorded_by(), frame));
  ZHIBU_ASSIGN_OR_RETURN(const int64_t should, measurer.Sum(term.recorded_of(), frame));
  // Where there is nobody who should have recorded it, nothing is missing.
  amount.unrecorded = recorded == 0 && (should > 0 || term.recorded_of().empty());
  if (recorded < should)
    amount.gap = absl::StrCat("（", should, "个单位中", recorded, "个已登记）");
  return amount;
}

absl::StatusOr<v1::Figure> AnswerFigure(const survey::FigureSpec& spec, const SurveyQuery& query,
                                        const Measurer& measurer) {
  const Frame frame = FrameOf(spec, query);
  v1::Figure figure;
  figure.set_id(spec.id());
  figure.set_title(
      absl::StrReplaceAll(spec.title(), {{"{years}", absl::StrCat(query.period_years)}}));
  figure.set_unit(spec.unit());
  figure.set_part_of(spec.part_of());
  ZHIBU_ASSIGN_OR_RETURN(const Amount value, AmountOf(spec.value(), frame, measurer));
  if (value.unrecorded) {
    figure.set_unrecorded(true);
    return figure;
  }
  figure.set_value(value.value);
  figure.set_title(figure.title() + value.gap);
  if (!spec.has_denominator()) return figure;
  ZHIBU_ASSIGN_OR_RETURN(const Amount denominator, AmountOf(spec.denominator(), frame, measurer));
  if (denominator.unrecorded || denominator.value <= 0) return figure;
  figure.set_denominator(denominator.value);
  figure.set_denominator_title(absl::StrCat(spec.denominator().title(), denominator.gap));
  return figure;
}

absl::Status CheckBalance(const std::vector<v1::Section>& sections) {
  struct Whole {
    const v1::Figure* figure = nullptr;
    int64_t parts = 0;
    bool has_parts = false;
    bool complete = true;
  };
  std::map<std::string, Whole> wholes;
  for (const v1::Section& section : sections) {
    for (const v1::Figure& figure : section.figures()) {
      wholes[figure.id()].figure = &figure;
      if (figure.part_of().empty()) continue;
      Whole& whole = wholes[figure.part_of()];
      whole.has_parts = true;
      whole.parts += figure.value();
      if (figure.unrecorded()) whole.complete = false;
    }
  }
  for (const auto& [id, whole] : wholes) {
    if (!whole.has_parts || !whole.complete || whole.figure->unrecorded()) continue;
    if (whole.parts != whole.figure->value()) {
      return Failure(absl::StatusCode::kInternal, "FIGURES_DO_NOT_BALANCE",
                     absl::StrCat("指标 ", id, " 为 ", whole.figure->value(), "，其各项之和为 ",
                                  whole.parts, "：数据不平衡，不予出具"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<v1::Section>> AnswerSurvey(const survey::SurveyCatalogue& catalogue,
                                                      const Reader& reader,
                                                      const SurveyQuery& query) {
  const Measurer measurer(reader, query.organisation);
  std::vector<v1::Section> sections;
  for (const survey::SectionSpec& spec : catalogue.sections()) {
    v1::Section section;
    section.set_id(spec.id());
    section.set_title(spec.title());
    for (const survey::FigureSpec& figure : spec.figures()) {
      ZHIBU_ASSIGN_OR_RETURN(*section.add_figures(), AnswerFigure(figure, query, measurer));
    }
    sections.push_back(std::move(section));
  }
  ZHIBU_RETURN_IF_ERROR(CheckBalance(sections));
  return sections;
}

}  // namespace zhibu::reporting
