#include "common/domain/citation.h"

#include <string>

#include "gtest/gtest.h"

namespace zhibu {
namespace {

Citation Sample() {
  Citation citation;
  citation.document = "中国共产党发展党员工作细则（2014）";
  citation.article = "第五条";
  citation.mark = 'C';
  citation.source = "共产党员网";
  citation.verified_on = "2026-11-23";
  return citation;
}

TEST(CitationText, PutsTheYearOutsideTheTitleMarks) {
  EXPECT_EQ(CitationText(Sample()), "《中国共产党发展党员工作细则》（2014）第五条");
}

TEST(CitationText, KeepsOtherBracketsInTheTitle) {
  Citation citation;
  citation.document = "中国共产党支部工作条例（试行）";
  citation.article = "第十一条";
  EXPECT_EQ(CitationText(citation), "《中国共产党支部工作条例（试行）》第十一条");
  citation.document = "中国共产党支部工作条例（试行）（2018）";
  EXPECT_EQ(CitationText(citation), "《中国共产党支部工作条例（试行）》（2018）第十一条");
  citation.document = "（2018）";
  EXPECT_EQ(CitationText(citation), "《（2018）》第十一条");
}

TEST(CitationText, DoesWithoutAnArticle) {
  Citation citation;
  EXPECT_EQ(CitationText(citation), "");
  citation.document = "中国共产党章程";
  EXPECT_EQ(CitationText(citation), "《中国共产党章程》");
}

TEST(CitationFromProto, ComesBackFromToProto) {
  for (const char mark : {'C', 'S', 'U'}) {
    Citation citation = Sample();
    citation.mark = mark;
    const auto back = CitationFromProto(CitationToProto(citation));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->document, citation.document);
    EXPECT_EQ(back->article, citation.article);
    EXPECT_EQ(back->mark, mark);
    EXPECT_EQ(back->source, citation.source);
    EXPECT_EQ(back->verified_on, citation.verified_on);
  }
  EXPECT_EQ(CitationToProto(Sample()).mark(), type::v1::MARK_CONFIRMED);
}

TEST(CitationFromProto, NamesTheFieldItRefuses) {
  type::v1::Citation proto = CitationToProto(Sample());
  proto.clear_document();
  EXPECT_EQ(CitationFromProto(proto).status().message(), "citation.document is empty");
  proto = CitationToProto(Sample());
  proto.set_mark(type::v1::MARK_UNSPECIFIED);
  EXPECT_EQ(CitationFromProto(proto).status().message(), "citation.mark is not given");
  for (const char* date : {"2026-02-30", "20261123", "soon"}) {
    proto = CitationToProto(Sample());
    proto.set_verified_on(date);
    EXPECT_EQ(CitationFromProto(proto).status().message(),
              "citation.verified_on is not a date such as 2026-11-23")
        << date;
  }
}

}  // namespace
}  // namespace zhibu
