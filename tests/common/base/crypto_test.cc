#include "common/base/crypto.h"

#include <set>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

// FIPS 180-4 examples.
TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfPartsIsThatOfTheirConcatenation) {
  EXPECT_EQ(Sha256({"a", "", "bc"}), Sha256({"abc"}));
  EXPECT_EQ(Hex(Sha256({"abc"})), Sha256Hex("abc"));
}

// RFC 4231, test cases 1, 2 and 6.
TEST(HmacSha256, MatchesThePublishedVectors) {
  EXPECT_EQ(Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// The GCM specification's test case 16: 256-bit key, 96-bit nonce, with additional data.
TEST(AesGcm, MatchesThePublishedVector) {
  const std::string key =
      absl::HexStringToBytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const std::string plain = absl::HexStringToBytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  EXPECT_EQ(
      Hex(AesGcmSeal(key, absl::HexStringToBytes("cafebabefacedbaddecaf888"),
                     absl::HexStringToBytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"), plain)),
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
}

class Sealed : public testing::Test {
 protected:
  const std::string key_ = RandomBytes(32);
  const std::string nonce_ = RandomBytes(12);
  const std::string sealed_ = AesGcmSeal(key_, nonce_, "person/1", "秘密");
};

TEST_F(Sealed, OpensToWhatWasSealed) {
  EXPECT_EQ(AesGcmOpen(key_, nonce_, "person/1", sealed_).value(), "秘密");
  EXPECT_EQ(AesGcmOpen(key_, nonce_, "", AesGcmSeal(key_, nonce_, "", "")).value(), "");
}

TEST_F(Sealed, IsRefusedAfterAnyBitChanged) {
  for (size_t bit = 0; bit < sealed_.size() * 8; ++bit) {
    std::string changed = sealed_;
    changed[bit / 8] ^= 1 << (bit % 8);
    EXPECT_EQ(AesGcmOpen(key_, nonce_, "person/1", changed).status().code(),
              absl::StatusCode::kDataLoss)
        << "bit " << bit;
  }
}

TEST_F(Sealed, IsRefusedWithAnotherKeyNonceOrContextOrCutShort) {
  std::string key = key_;
  key[31] ^= 1;
  std::string nonce = nonce_;
  nonce[0] ^= 1;
  for (const auto& opened :
       {AesGcmOpen(key, nonce_, "person/1", sealed_), AesGcmOpen(key_, nonce, "person/1", sealed_),
        AesGcmOpen(key_, nonce_, "person/2", sealed_),
        AesGcmOpen(key_, nonce_, "person/1", sealed_.substr(1)),
        AesGcmOpen(key_, nonce_, "person/1", sealed_.substr(0, 15)),
        AesGcmOpen(key_.substr(1), nonce_, "person/1", sealed_),
        AesGcmOpen(key_, nonce_, "person/1", "")}) {
    EXPECT_EQ(opened.status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(RandomId, IsHexadecimalAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = RandomId();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(SecretsEqual, ComparesWholeSecrets) {
  EXPECT_TRUE(SecretsEqual("", ""));
  EXPECT_TRUE(SecretsEqual("token", "token"));
  EXPECT_FALSE(SecretsEqual("token", "tokem"));
  EXPECT_FALSE(SecretsEqual("token", "toke"));
}

}  // namespace
}  // namespace zhibu
