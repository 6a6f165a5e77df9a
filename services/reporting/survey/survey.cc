#include "services/reporting/survey/survey.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "services/reporting/books/counters.h"
#include "services/reporting/books/reading.h"
#include "services/reporting/rules/measures.h"

namespace zhibu::reporting {
namespace {

constexpr int kDefaultPeriodYears = 2;
constexpr int kMaxPeriodYears = 10;

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

// The days whose counts the catalogue's figures need: the date, and the day before each span.
std::vector<absl::CivilDay> DaysOf(const survey::SurveyCatalogue& catalogue,
                                   const SurveyQuery& query) {
  std::vector<absl::CivilDay> days = {query.as_of};
  for (const survey::SectionSpec& section : catalogue.sections()) {
    for (const survey::FigureSpec& figure : section.figures()) {
      if (figure.span() != survey::SPAN_AS_OF) days.push_back(FrameOf(figure, query).from - 1);
    }
  }
  return days;
}

int64_t CountOf(const Counts& counts, Of of, const std::string& measure, const Frame& frame) {
  return IsFlow(measure) ? counts.Between(of, measure, frame.from, frame.as_of + 1)
                         : counts.On(of, measure, frame.as_of);
}

int64_t One(const Counts& counts, const std::string& measure, const Frame& frame) {
  switch (frame.reach) {
    case survey::REACH_OWN:
      return CountOf(counts, Of::kItself, measure, frame);
    case survey::REACH_BELOW:
      return CountOf(counts, frame.of, measure, frame) -
             CountOf(counts, Of::kItself, measure, frame);
    default:
      return CountOf(counts, frame.of, measure, frame);
  }
}

int64_t Sum(const Counts& counts, const google::protobuf::RepeatedPtrField<std::string>& measures,
            const Frame& frame) {
  int64_t sum = 0;
  for (const std::string& measure : measures) sum += One(counts, measure, frame);
  return sum;
}

struct Amount {
  int64_t value = 0;
  bool unrecorded = false;
  // Where fewer recorded it than should have: how many did, of how many.
  std::string gap;
};

Amount AmountOf(const survey::Term& term, const Frame& frame, const Counts& counts) {
  Amount amount;
  amount.value = Sum(counts, term.plus(), frame) - Sum(counts, term.minus(), frame);
  if (term.recorded_by().empty()) return amount;
  const int64_t recorded = One(counts, term.recorded_by(), frame);
  const int64_t should = Sum(counts, term.recorded_of(), frame);
  // Where there is nobody who should have recorded it, nothing is missing.
  amount.unrecorded = recorded == 0 && (should > 0 || term.recorded_of().empty());
  if (recorded < should) {
    amount.gap = absl::StrCat("（", should, "个单位中", recorded, "个已登记）");
  }
  return amount;
}

std::string TitleOf(const survey::FigureSpec& spec, absl::string_view years) {
  return absl::StrReplaceAll(spec.title(), {{"{years}", years}});
}

v1::Figure AnswerFigure(const survey::FigureSpec& spec, const SurveyQuery& query,
                        const Counts& counts) {
  const Frame frame = FrameOf(spec, query);
  v1::Figure figure;
  figure.set_id(spec.id());
  figure.set_title(TitleOf(spec, absl::StrCat(query.period_years)));
  figure.set_unit(spec.unit());
  figure.set_part_of(spec.part_of());
  const Amount value = AmountOf(spec.value(), frame, counts);
  if (value.unrecorded) {
    figure.set_unrecorded(true);
    return figure;
  }
  figure.set_value(value.value);
  figure.set_title(figure.title() + value.gap);
  if (!spec.has_denominator()) return figure;
  const Amount denominator = AmountOf(spec.denominator(), frame, counts);
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
  ZHIBU_ASSIGN_OR_RETURN(const Counts counts,
                         Counts::Read(reader, query.organisation, DaysOf(catalogue, query)));
  std::vector<v1::Section> sections;
  for (const survey::SectionSpec& spec : catalogue.sections()) {
    v1::Section section;
    section.set_id(spec.id());
    section.set_title(spec.title());
    for (const survey::FigureSpec& figure : spec.figures()) {
      *section.add_figures() = AnswerFigure(figure, query, counts);
    }
    sections.push_back(std::move(section));
  }
  ZHIBU_RETURN_IF_ERROR(CheckBalance(sections));
  return sections;
}

std::vector<v1::FigureDefinition> DefinitionsOf(const survey::SurveyCatalogue& catalogue) {
  std::vector<v1::FigureDefinition> definitions;
  for (const survey::SectionSpec& section : catalogue.sections()) {
    for (const survey::FigureSpec& figure : section.figures()) {
      v1::FigureDefinition& definition = definitions.emplace_back();
      definition.set_id(figure.id());
      definition.set_title(TitleOf(figure, "N"));
      definition.set_unit(figure.unit());
      definition.set_section(section.id());
      definition.set_denominator_title(figure.denominator().title());
      definition.set_part_of(figure.part_of());
    }
  }
  return definitions;
}

absl::Status Surveys::Get(Call& call, const v1::GetBasicSurveyRequest& request,
                          const Reader& reader, v1::GetBasicSurveyResponse* response) const {
  Violations wrong;
  CheckRoot(request.root(), wrong);
  wrong.Require(request.period_years() >= 0 && request.period_years() <= kMaxPeriodYears,
                "PERIOD_INVALID", "period_years", "period_years 须在 1–10 之间，0 表示 2");
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  SurveyQuery query;
  ZHIBU_ASSIGN_OR_RETURN(query.as_of, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation row, FindRoot(reader, request.root()));
  query.organisation = row.id();
  query.line = LineOf(request.line());
  query.period_years = request.period_years() == 0 ? kDefaultPeriodYears : request.period_years();
  ZHIBU_ASSIGN_OR_RETURN(std::vector<v1::Section> sections,
                         AnswerSurvey(catalogue_, reader, query));
  response->set_organisation(request.root());
  response->set_title(row.title());
  *response->mutable_as_of() = ToProto(query.as_of);
  response->set_line(query.line);
  for (v1::Section& section : sections) *response->add_sections() = std::move(section);
  return FillRevisions(reader, response->mutable_revisions());
}

absl::Status Surveys::ListDefinitions(Call& call, const v1::ListFigureDefinitionsRequest& request,
                                      const Reader&,
                                      v1::ListFigureDefinitionsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  return FillPage(
      pages_, page, definitions_, response, response->mutable_definitions(),
      [](const v1::FigureDefinition& definition)
          -> absl::StatusOr<std::optional<v1::FigureDefinition>> { return definition; });
}

}  // namespace zhibu::reporting
