#include "tests/services/membership/rules/naive_events.h"

#include <algorithm>

#include "tests/services/membership/rules/naive_bodies.h"

namespace zhibu::membership::naive {
namespace {

// The days on which the person transferred, in order.
std::vector<Day> Transfers(const History& history) {
  std::vector<Day> days;
  for (const auto& move : history.moves) {
    if (move->transfer()) days.push_back(move->on);
  }
  std::sort(days.begin(), days.end());
  return days;
}
std::optional<Day> LastTransfer(const History& history, Day since, Day until) {
  std::optional<Day> last;
  for (Day day : Transfers(history)) {
    if (since <= day && day <= until) last = day;
  }
  return last;
}

// What the branch said that took the case on after the transfer of this day; null: nothing.
const Happened* WordOn(const History& history, Day came, std::optional<Day> next) {
  for (const auto& event : history.happened) {
    if (event->kind != Happened::kReceived || event->on < came) continue;
    if (!next || event->on <= *next) return event.get();
  }
  return nullptr;
}

bool Admitted(const History& standing) {
  const Did* approval = Last(standing, 17);
  return approval != nullptr && approval->passed;
}
bool Probationer(const History& standing) { return Admitted(standing) && !Concluded(standing); }

void InOrder(const History& history, const Happened& event, Found& found) {
  const auto last = LastThatHappened(history);
  if (last && event.on < *last) found.refused.insert("DATE_BEFORE_EARLIER_STEP");
}

// Who decided existed on the day. Only what the county decides may be decided by somebody of whom
// the books know nothing.
// Otherwise it is whoever leads the case, or is above.
bool InChain(const History& standing, const Happened& event) {
  if (!event.decided_by) return true;
  return event.in_books &&
         std::any_of(standing.upward->begin(), standing.upward->end(),
                     [&](const Body& body) { return body.name == event.decided_by->name; });
}
void Decider(const History& standing, const Happened& event, Found& found) {
  if (!event.decided_by) return;
  const bool there = event.in_books ? event.existed : event.kind == Happened::kNotRecognised;
  if (!there) found.refused.insert("ORGANISATION_NOT_THERE");
  if (there && event.in_books && !InChain(standing, event)) {
    found.refused.insert("BODY_OUTSIDE_CHAIN");
  }
}

void Returned(const History& history, Found& found) {
  const std::vector<size_t> places = Standing(history);
  if (places.empty()) {
    found.refused.insert("NOTHING_TO_RETURN");
    return;
  }
  const int last = history.done[places.back()]->step;
  if (last == 17 || last == 24) found.refused.insert("STEP_NOT_RETURNABLE");
}

// Who may not approve may not take back what was approved, nor what only a committee does.
void D14_Voider(const History& history, const History& standing, const Happened& event,
                Found& found) {
  if (event.in_error || !InChain(standing, event)) return;
  const std::set<int> of_committees = {4, 8, 11, 13, 17, 18, 24};
  bool asked = of_committees.count(history.done[event.from - 1]->step) > 0;
  for (size_t place : Standing(history)) {
    const int step = history.done[place]->step;
    if (static_cast<int>(place) + 1 >= event.from && (step == 17 || step == 24)) asked = true;
  }
  const std::string& who =
      event.decided_by ? event.decided_by->name : standing.upward->front().name;
  const std::vector<std::string_view> may = Approvers(standing);
  if (asked && std::find(may.begin(), may.end(), who) == may.end()) {
    found.refused.insert("VOIDER_NOT_COMPETENT");
  }
}

void Voided(const History& history, const History& standing, const Happened& event, Found& found) {
  if (event.from < 1 || event.from > static_cast<int>(history.done.size())) {
    found.refused.insert("STEP_NOT_THERE");
    return;
  }
  for (size_t place : Standing(history)) {
    if (static_cast<int>(place) + 1 == event.from) {
      return D14_Voider(history, standing, event, found);
    }
  }
  found.refused.insert("STEP_ALREADY_VOID");
}

// Art 12.
void Received(const History& history, const History& standing, const Happened& event,
              Found& found) {
  if (Admitted(standing)) found.refused.insert("CULTIVATION_OVER");
  const auto came = LastTransfer(history, history.done.front()->on, event.on);
  if (!came) {
    found.refused.insert("NOT_TRANSFERRED_IN");
  } else if (WordOn(history, *came, std::nullopt) != nullptr) {
    found.refused.insert("ALREADY_RECEIVED");
  }
}

void ProbationerWhoTransferredIn(const History& standing, const Happened& event, Found& found) {
  if (!Probationer(standing)) {
    found.refused.insert("NOT_PROBATIONARY");
  } else if (!LastTransfer(standing, Last(standing, 15)->on, event.on)) {
    // Of who came into the books as a probationer they do not tell.
    if (standing.probationer_since) {
      found.warned.insert("TRANSFER_NOT_RECORDED");
    } else {
      found.refused.insert("NOT_TRANSFERRED_IN");
    }
  }
}

void D18_Postponed(const History& standing, const Happened& event, Found& found) {
  ProbationerWhoTransferredIn(standing, event, found);
  const auto ends = ProbationEnds(standing);
  if (!ends) return;
  if (SinceDecision(standing, 23) || Concluded(standing)) {
    found.refused.insert("ALREADY_DISCUSSED");
  }
  if (event.until <= *ends || event.until < event.on) {
    found.refused.insert("POSTPONEMENT_UNTIL_INVALID");
  }
  // 推迟讨论不超过6个月, from the original day on which probation ended.
  if (event.until > Months(*ends, 6)) found.refused.insert("POSTPONEMENT_TOO_LONG");
}

// Art 35: by the county or what is above it.
void NotRecognised(const History& standing, const Happened& event, Found& found) {
  ProbationerWhoTransferredIn(standing, event, found);
  if (event.decided_by && !event.in_books) {
    if (!event.document) found.refused.insert("DOCUMENT_NUMBER_REQUIRED");
    return;
  }
  // Not said who: then it was the branch itself, which may not.
  const bool may = event.decided_by && event.decided_by->of_county &&
                   (event.decided_by->kind == Body::kCommittee ||
                    event.decided_by->kind == Body::kWorkCommittee);
  if (!may) found.refused.insert("NON_RECOGNITION_NOT_COMPETENT");
}

}  // namespace

namespace {

enum class Place { kStands, kVoid, kNeverWas };

std::vector<Place> Places(const History& history) {
  std::vector<Place> stands(history.done.size(), Place::kStands);
  for (const auto& event : history.happened) {
    if (event->kind == Happened::kVoided) {
      // The step, and all that was recorded after it until then.
      for (int place = event->from; place <= event->after; ++place) {
        if (stands[place - 1] != Place::kStands) continue;
        stands[place - 1] = event->in_error ? Place::kNeverWas : Place::kVoid;
      }
    }
    if (event->kind == Happened::kReturned) {
      int last = event->after;
      while (stands[last - 1] != Place::kStands) --last;
      stands[last - 1] = Place::kVoid;
    }
  }
  return stands;
}

}  // namespace

std::optional<Day> LastThatHappened(const History& history) {
  std::optional<Day> last;
  const auto on = [&](Day day) { last = last ? std::max(*last, day) : day; };
  const std::vector<Place> places = Places(history);
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i] != Place::kNeverWas) on(history.done[i]->on);
  }
  for (const auto& event : history.happened) {
    if (!event->in_error) on(event->on);
  }
  return last;
}

std::vector<size_t> Standing(const History& history) {
  const std::vector<Place> stands = Places(history);
  std::vector<size_t> places;
  for (size_t place = 0; place < stands.size(); ++place) {
    if (stands[place] == Place::kStands) places.push_back(place);
  }
  return places;
}

History AsItStands(const History& history, Day day) {
  History standing;
  standing.applicant = history.applicant;
  standing.born = history.born;
  standing.other_case_open = history.other_case_open;
  standing.member_since = history.member_since;
  standing.probationer_since = history.probationer_since;
  standing.holidays = history.holidays;
  standing.happened = history.happened;
  standing.moves = history.moves;
  standing.upward = UpwardOn(history, day);
  if (history.probationer_since) {
    // The admission was before the books; the day is that of its meeting.
    for (int step = 1; step <= 18; ++step) {
      Did did;
      did.step = step;
      did.on = *history.probationer_since;
      did.before_books = true;
      standing.done.push_back(std::make_shared<Did>(did));
    }
  }
  for (size_t place : Standing(history)) standing.done.push_back(history.done[place]);
  return standing;
}

Chain UpwardOn(const History& history, Day day) {
  Chain upward = history.upward;
  for (const auto& move : history.moves) {
    const bool leads = move->transfer() || upward->front().name == move->merged;
    if (leads && day >= move->on) upward = move.get()->to;
  }
  return upward;
}

bool Paused(const History& history) {
  bool paused = false;
  for (const auto& event : history.happened) {
    if (event->kind == Happened::kPaused) paused = true;
    if (event->kind == Happened::kResumed) paused = false;
  }
  return paused;
}

std::optional<Day> Ended(const History& history) {
  for (const auto& event : history.happened) {
    if (event->kind == Happened::kRefused || event->kind == Happened::kWithdrawn ||
        event->kind == Happened::kNotRecognised) {
      return event->on;
    }
  }
  return std::nullopt;
}

std::optional<Day> GoesOnFrom(const History& history) {
  std::optional<Day> from;
  for (const auto& event : history.happened) {
    if (event->kind == Happened::kResumed || event->kind == Happened::kReturned ||
        (event->kind == Happened::kVoided && !event->in_error)) {
      from = from ? std::max(*from, event->on) : event->on;
    }
  }
  return from;
}

Cultivated YearOfCultivation(const History& history, Day activist, Day on) {
  const std::vector<Day> transfers = Transfers(history);
  Day ends = Months(activist, 12);
  // Day by day: one that does not count comes on top.
  for (Day day = activist; day < ends && day < on; ++day) {
    std::optional<Day> came, next;
    for (Day transfer : transfers) {
      if (activist <= transfer && transfer <= day) came = transfer;
      if (transfer > day && !next) next = transfer;
    }
    if (!came) continue;
    const Happened* word = WordOn(history, *came, next);
    if (word == nullptr) {
      // Who sent the person on again without a word has not cultivated.
      if (!next) return Cultivated::kNotSaid;
      ++ends;
    } else if (!word->continuous && day < word->on) {
      ++ends;
    }
  }
  return on >= ends ? Cultivated::kAYear : Cultivated::kTooShort;
}

// Written wrongly was the very step that ended the way: without it the case goes on.
bool TakesBackTheEnd(const History& history, const History& standing, const Happened& event) {
  if (event.kind != Happened::kVoided || !event.in_error || Ended(standing)) return false;
  const auto places = Standing(history);
  if (places.empty() || event.from > static_cast<int>(places.back()) + 1) return false;
  const Did& last = *history.done[places.back()];
  return last.step == 25 || (last.step == 17 && !last.passed);
}

Found Check(const History& history, const Happened& event, Day today) {
  Found found;
  if (BeforeAnyText(event.on)) {
    found.refused.insert("NO_RULE_SET_ON_DATE");
    return found;
  }
  const History standing = AsItStands(history, event.on);
  if (event.on > today) found.refused.insert("DATE_IN_FUTURE");
  InOrder(history, event, found);
  Decider(standing, event, found);
  if (Closed(standing) && !TakesBackTheEnd(history, standing, event)) {
    found.refused.insert("CASE_CLOSED");
    return found;
  }
  switch (event.kind) {
    case Happened::kReturned:
      if (Paused(history)) found.refused.insert("CASE_PAUSED");
      Returned(history, found);
      break;
    case Happened::kRefused:
    case Happened::kWithdrawn:
      if (Admitted(standing)) found.refused.insert("ALREADY_ADMITTED");
      break;
    case Happened::kPaused:
      if (Paused(history)) found.refused.insert("ALREADY_PAUSED");
      if (Concluded(standing)) found.refused.insert("CASE_CONCLUDED");
      break;
    case Happened::kResumed:
      if (!Paused(history)) found.refused.insert("CASE_NOT_PAUSED");
      break;
    case Happened::kVoided:
      Voided(history, standing, event, found);
      break;
    case Happened::kReceived:
      Received(history, standing, event, found);
      break;
    case Happened::kPostponed:
      if (Paused(history)) found.refused.insert("CASE_PAUSED");
      D18_Postponed(standing, event, found);
      break;
    case Happened::kNotRecognised:
      NotRecognised(standing, event, found);
      break;
  }
  return found;
}

}  // namespace zhibu::membership::naive
