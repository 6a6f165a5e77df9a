// What data files may ask for as a period.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_PERIODS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_PERIODS_H_

namespace zhibu::membership {

// 1 to 120 calendar months: ten years, so that no day that is counted leaves the years of the
// store.
inline bool AreMonths(int months) { return months >= 1 && months <= 120; }

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_PERIODS_H_
