#include "services/reporting/data/load_survey.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/text_file.h"
#include "services/reporting/rules/measures.h"

namespace zhibu::reporting {
namespace {

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= 100 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

// What is wrong with a term; empty where nothing is.
std::string FaultOf(const survey::Term& term, bool flow) {
  if (term.plus().empty()) return "counts nothing (plus is empty)";
  for (const auto* measures : {&term.plus(), &term.minus()}) {
    for (const std::string& measure : *measures) {
      if (!IsMeasure(measure)) return absl::StrCat("there is no measure \"", measure, "\"");
      if (IsFlow(measure) && !flow) return absl::StrCat(measure, " is a flow and needs a span");
      if (!IsFlow(measure) && flow) return absl::StrCat(measure, " is a stock and has no span");
    }
  }
  std::vector<std::string> recorded(term.recorded_of().begin(), term.recorded_of().end());
  if (!term.recorded_by().empty()) {
    recorded.push_back(term.recorded_by());
  } else if (!recorded.empty()) {
    return "recorded_of without recorded_by";
  }
  for (const std::string& measure : recorded) {
    if (!IsMeasure(measure) || IsFlow(measure)) {
      return absl::StrCat("there is no stock \"", measure, "\"");
    }
  }
  return "";
}

std::string FaultOf(const survey::FigureSpec& figure) {
  if (!IsId(figure.id())) return "id is not [a-z0-9.-]{1,100}";
  if (figure.title().empty()) return "title is empty";
  if (figure.unit().empty()) return "unit is empty";
  const bool flow = figure.span() != survey::SPAN_AS_OF;
  if (std::string fault = FaultOf(figure.value(), flow); !fault.empty()) return fault;
  if (!figure.value().title().empty()) return "value has a title of its own";
  if (!figure.has_denominator()) return "";
  // R1 printed "%" without a number, and nobody could tell of what: never again.
  if (figure.denominator().title().empty()) return "the denominator does not say what it counts";
  return FaultOf(figure.denominator(), flow);
}

absl::Status Check(const survey::SurveyCatalogue& catalogue) {
  const auto wrong = [](absl::string_view what, absl::string_view id, absl::string_view fault) {
    return absl::InvalidArgumentError(absl::StrCat(what, " \"", id, "\": ", fault));
  };
  std::set<std::string> sections;
  std::map<std::string, const survey::FigureSpec*> figures;
  if (catalogue.sections().empty()) return absl::InvalidArgumentError("there is no section");
  for (const survey::SectionSpec& section : catalogue.sections()) {
    if (!IsId(section.id())) return wrong("section", section.id(), "id is not [a-z0-9.-]{1,100}");
    if (!sections.insert(section.id()).second) {
      return wrong("section", section.id(), "an earlier section has this id");
    }
    if (section.title().empty()) return wrong("section", section.id(), "title is empty");
    if (section.figures().empty()) return wrong("section", section.id(), "there is no figure");
    for (const survey::FigureSpec& figure : section.figures()) {
      if (std::string fault = FaultOf(figure); !fault.empty()) {
        return wrong("figure", figure.id(), fault);
      }
      if (!figures.emplace(figure.id(), &figure).second) {
        return wrong("figure", figure.id(), "an earlier figure has this id");
      }
    }
  }
  for (const auto& [id, figure] : figures) {
    if (figure->part_of().empty()) continue;
    const auto whole = figures.find(figure->part_of());
    if (whole == figures.end() || whole->second == figure) {
      return wrong(
          "figure", id,
          absl::StrCat("is part of \"", figure->part_of(), "\", which is no other figure"));
    }
    const survey::FigureSpec& of = *whole->second;
    if (of.line() != figure->line() || of.reach() != figure->reach() ||
        of.span() != figure->span()) {
      return wrong("figure", id, "line, reach and span are not those of its whole");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<survey::SurveyCatalogue> ParseSurvey(absl::string_view text,
                                                    absl::string_view name) {
  TextFile file(name);
  survey::SurveyCatalogue catalogue;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, catalogue));
  if (absl::Status status = Check(catalogue); !status.ok()) {
    return file.Fault("", -1, status.message());
  }
  return catalogue;
}

absl::StatusOr<survey::SurveyCatalogue> LoadSurvey(const std::string& path) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseSurvey(text, path);
}

}  // namespace zhibu::reporting
