#include "services/membership/rules/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;

std::vector<v1::RecordedStep> Recorded(const std::vector<v1::Step>& steps, int first = 1) {
  std::vector<v1::RecordedStep> recorded;
  for (const v1::Step& step : steps) {
    v1::RecordedStep& one = recorded.emplace_back();
    one.set_sequence(first++);
    one.set_kind(KindOf(step));
    *one.mutable_step() = step;
    one.set_rule_set(ShippedRuleSets().On(FromProto(step.date()).value())->id());
  }
  return recorded;
}

v1::RecordedCaseEvent Event(v1::CaseEventKind kind, absl::CivilDay day, int sequence, int after,
                            int from_step = 0) {
  v1::RecordedCaseEvent event;
  event.set_sequence(sequence);
  event.set_after_step(after);
  event.set_rule_set("cpc-2014");
  event.mutable_event()->set_kind(kind);
  event.mutable_event()->set_step_sequence(from_step);
  *event.mutable_event()->mutable_date() = ToProto(day);
  return event;
}

// Everything but when and how much was recorded.
std::string Essence(rows::Progress progress) {
  progress.clear_steps();
  progress.clear_events();
  progress.clear_latest();
  progress.clear_resumed_on();
  std::sort(progress.mutable_done()->begin(), progress.mutable_done()->end(),
            [](const auto& a, const auto& b) { return a.kind() < b.kind(); });
  return progress.DebugString();
}

template <typename List>
std::multiset<std::string> Lines(const List& list) {
  std::multiset<std::string> lines;
  for (const auto& one : list) lines.insert(one.ShortDebugString());
  return lines;
}

// Some steps are void and the way goes on from there, perhaps several times: the same as if they
// had never been.
TEST(Story, IsAfterVoidingAndRedoingAsIfItHadNeverBeen) {
  const Affiliations none;
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const absl::CivilDay start = absl::CivilDay(2020, 1, 31) + static_cast<int>(random() % 3000);
    std::vector<v1::Step> history = LegalHistory(start);
    if (random() % 2 == 0) {
      // Extended once on the way.
      v1::Step extended = MakeStep(v1::STEP_KIND_CONVERSION_MEETING, AddMonths(start, 24));
      extended.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_EXTENDED);
      extended.mutable_conversion_meeting()->set_extension_months(6 + random() % 7);
      const size_t meeting = history.size() - 3;
      history.insert(history.begin() + meeting,
                     {extended, MakeStep(v1::STEP_KIND_CONVERSION_APPROVAL, AddMonths(start, 24)),
                      MakeStep(v1::STEP_KIND_CONVERSION_APPLICATION, AddMonths(start, 25))});
    }
    history.resize(1 + random() % history.size());
    const int size = static_cast<int>(history.size());
    const auto straight_steps = Recorded(history);
    Story straight(&ShippedRuleSets(), {}, {}, &none);
    for (const auto& step : straight_steps) straight.Add(step);

    Story story(&ShippedRuleSets(), {}, {}, &none);
    std::deque<v1::RecordedStep> steps;
    std::deque<v1::RecordedCaseEvent> events;
    std::vector<int> at;  // the sequence under which each step of the history stands
    int voids = 1 + static_cast<int>(random() % 3);
    while (static_cast<int>(at.size()) < size || voids > 0) {
      const bool enough = static_cast<int>(at.size()) == size || random() % 8 == 0;
      if (voids > 0 && enough && !at.empty()) {
        const size_t from = random() % at.size();
        const bool returned = from + 1 == at.size();
        events.push_back(Event(returned ? v1::CASE_EVENT_KIND_RETURNED : v1::CASE_EVENT_KIND_VOIDED,
                               AddMonths(start, 60), static_cast<int>(events.size()) + 1,
                               static_cast<int>(steps.size()), at[from]));
        story.Add(events.back());
        at.resize(from);
        EXPECT_EQ(story.standing().size(), at.size());
        --voids;
        continue;
      }
      steps.push_back(Recorded({history[at.size()]}, static_cast<int>(steps.size()) + 1)[0]);
      at.push_back(steps.back().sequence());
      story.Add(steps.back());
    }
    EXPECT_EQ(Essence(story.progress()), Essence(straight.progress()));
    EXPECT_EQ(story.progress().steps(), static_cast<int>(steps.size()));
    EXPECT_EQ(Lines(story.stages()), Lines(straight.stages()));
    EXPECT_EQ(Lines(story.dues()), Lines(straight.dues()));
  }
}

// Corrected, it is as if the true days had been written at once: of when things happened nothing is
// left of the wrong ones, nor of the day of the correction.
TEST(Story, OfCorrectionsIsThatOfTheTrueDays) {
  const Affiliations none;
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const absl::CivilDay start = absl::CivilDay(2020, 1, 31) + static_cast<int>(random() % 3000);
    std::vector<v1::Step> history = LegalHistory(start);
    history.resize(1 + random() % history.size());
    const auto straight_steps = Recorded(history);
    Story straight(&ShippedRuleSets(), {}, {}, &none);
    for (const auto& step : straight_steps) straight.Add(step);

    Story story(&ShippedRuleSets(), {}, {}, &none);
    std::deque<v1::RecordedStep> steps;
    std::deque<v1::RecordedCaseEvent> events;
    std::vector<int> at;
    for (int corrections = 1 + static_cast<int>(random() % 3); at.size() < history.size();) {
      const bool wrong = corrections > 0 && random() % 4 == 0;
      v1::Step step = history[at.size()];
      if (wrong) *step.mutable_date() = ToProto(FromProto(step.date()).value() + random() % 90);
      steps.push_back(Recorded({step}, static_cast<int>(steps.size()) + 1)[0]);
      at.push_back(steps.back().sequence());
      story.Add(steps.back());
      if (!wrong) continue;
      --corrections;
      const size_t from = random() % 2 == 0 ? at.size() - 1 : random() % at.size();
      events.push_back(Event(v1::CASE_EVENT_KIND_VOIDED, AddMonths(start, 60),
                             static_cast<int>(events.size()) + 1, static_cast<int>(steps.size()),
                             at[from]));
      events.back().mutable_event()->set_recorded_in_error(true);
      story.Add(events.back());
      at.resize(from);
    }
    rows::Progress corrected = story.progress();
    EXPECT_EQ(corrected.events(), static_cast<int>(events.size()));
    EXPECT_FALSE(corrected.has_resumed_on());
    EXPECT_EQ(corrected.latest(), straight.progress().latest());
    EXPECT_EQ(Essence(corrected), Essence(straight.progress()));
    EXPECT_EQ(Lines(story.stages()), Lines(straight.stages()));
    EXPECT_EQ(Lines(story.dues()), Lines(straight.dues()));
  }
}

TEST(Story, KeepsAPauseOverAVoidAndForgetsAPostponementWithItsProbation) {
  const Affiliations none;
  const absl::CivilDay start(2020, 1, 31), end = AddMonths(start, 24);
  const auto steps = Recorded(LegalHistory(start));
  std::vector<v1::RecordedCaseEvent> events = {
      Event(v1::CASE_EVENT_KIND_POSTPONED, end, 1, 22),
      Event(v1::CASE_EVENT_KIND_PAUSED, end + 1, 2, 22),
      Event(v1::CASE_EVENT_KIND_VOIDED, end + 2, 3, 22, 16)};
  *events[0].mutable_event()->mutable_until() = ToProto(end + 30);
  Story story(&ShippedRuleSets(), {}, {}, &none);
  for (int i = 0; i < 22; ++i) story.Add(steps[i]);
  story.Add(events[0]);
  std::vector<int> kinds;
  for (const rows::DueRow& due : story.dues()) kinds.push_back(due.kind());
  EXPECT_THAT(kinds, ::testing::Contains(v1::DUE_KIND_POSTPONEMENT));
  EXPECT_THAT(kinds, ::testing::Not(::testing::Contains(v1::DUE_KIND_CONVERSION)));
  story.Add(events[1]);
  EXPECT_EQ(StateOf(story.progress()), v1::CASE_STATE_PAUSED);
  story.Add(events[2]);
  EXPECT_EQ(StateOf(story.progress()), v1::CASE_STATE_PAUSED);
  EXPECT_EQ(LastStage(story.stages()), v1::STAGE_DEVELOPMENT_OBJECT);
  EXPECT_FALSE(ProbationEnd(story.progress()).has_value());
  for (const rows::DueRow& due : story.dues()) {
    EXPECT_NE(due.kind(), v1::DUE_KIND_POSTPONEMENT);
    EXPECT_NE(due.kind(), v1::DUE_KIND_CONVERSION);
  }
}

TEST(Story, IsToldInTheOrderOfRecording) {
  const absl::CivilDay day(2024, 1, 1);
  const auto steps =
      Recorded({MakeStep(v1::STEP_KIND_APPLICATION, day), MakeStep(v1::STEP_KIND_TALK, day)});
  const std::vector<v1::RecordedCaseEvent> events = {Event(v1::CASE_EVENT_KIND_PAUSED, day, 1, 1),
                                                     Event(v1::CASE_EVENT_KIND_RESUMED, day, 2, 1),
                                                     Event(v1::CASE_EVENT_KIND_PAUSED, day, 3, 2)};
  std::vector<int> order;
  ForEachInOrder(
      steps, events, [&](const v1::RecordedStep& step) { order.push_back(step.sequence()); },
      [&](const v1::RecordedCaseEvent& event) { order.push_back(100 + event.sequence()); });
  EXPECT_THAT(order, ElementsAre(1, 101, 102, 2, 103));
}

}  // namespace
}  // namespace zhibu::membership
