#include "services/cli/generate/people.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/domain/credit_code.h"

namespace zhibu::cli {
namespace {

using Characters = std::vector<std::string>;

Characters Split(const char* text) { return absl::StrSplit(text, ' '); }

// Each character as many times as its share, roughly per thousand of the population.
Characters* MakeSurnames() {
  const struct {
    const char* names;
    int times;
  } kGroups[] = {
      {"王 李 张", 72},
      {"刘 陈", 55},
      {"杨 赵 黄 周 吴", 22},
      {"徐 孙 胡 朱 高 林 何 郭 马", 12},
      {"罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕", 6},
      {"苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 "
       "郝 "
       "孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文",
       3},
      {"欧阳 上官 司马 诸葛", 1},
  };
  auto* list = new Characters;
  for (const auto& group : kGroups) {
    for (const std::string& name : Split(group.names)) {
      for (int i = 0; i < group.times; ++i) list->push_back(name);
    }
  }
  return list;
}

const Characters& Surnames() {
  static const auto* const kList = MakeSurnames();
  return *kList;
}
const Characters& GivenMale() {
  static const auto* const kList = new Characters(Split(
      "伟 强 军 勇 杰 涛 斌 超 磊 刚 峰 鹏 飞 浩 亮 辉 波 毅 健 宏 建 国 志 永 俊 振 海 东 林 "
      "平 德 成 明 光 清 忠 义 福 庆 瑞 泽 宇 轩 豪 凯 旭 晨 阳 松 岩"));
  return *kList;
}
const Characters& GivenFemale() {
  static const auto* const kList = new Characters(Split(
      "芳 娜 敏 静 丽 艳 娟 霞 秀 玲 桂 英 兰 红 梅 莉 燕 萍 华 慧 琳 颖 婷 雪 倩 洁 琴 云 莲 "
      "珍 凤 月 蓉 蕾 薇 欣 怡 佳 雅 晓 春 秋 冬 夏 文 玉 淑 惠 巧 美"));
  return *kList;
}

}  // namespace

std::string People::Name(Sex sex) {
  const Characters& given = sex == Sex::kMale ? GivenMale() : GivenFemale();
  std::string name = absl::StrCat(dice_->Pick(Surnames()), dice_->Pick(given));
  if (dice_->Chance(720)) absl::StrAppend(&name, dice_->Pick(given));
  return name;
}

std::string People::IdNumber(absl::CivilDay birth, Sex sex) {
  while (true) {
    // Sequence numbers: odd for men, even for women, never 000.
    const int sequence = 2 * dice_->Between(1, 498) + (sex == Sex::kMale ? 1 : 0);
    const std::string first17 =
        absl::StrFormat("%06d%04d%02d%02d%03d", 990000 + dice_->Between(0, 99), birth.year(),
                        birth.month(), birth.day(), sequence);
    uint64_t key = 0;
    if (!absl::SimpleAtoi(first17, &key) || !numbers_.insert(key).second) continue;
    return absl::StrCat(first17, std::string(1, IdCheckCharacter(first17)));
  }
}

std::string People::Nationality() {
  if (dice_->Chance(965)) return "01";
  static const auto* const kOthers = new Characters(Split("02 03 05 06 08 11 15"));
  return dice_->Pick(*kOthers);
}

std::string SchoolCreditCode(int number, bool is_private) {
  const std::string first8 = absl::StrFormat("M%07d", number);
  const std::string first17 =
      absl::StrCat(is_private ? "52" : "12", absl::StrFormat("%06d", 990000 + number % 100), first8,
                   std::string(1, OrganisationCodeCheckCharacter(first8)));
  return absl::StrCat(first17, std::string(1, CreditCodeCheckCharacter(first17)));
}

}  // namespace zhibu::cli
