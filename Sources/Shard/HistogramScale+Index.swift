// SPDX-License-Identifier: Apache-2.0

extension HistogramScale {
  /// For each 64th of the significands the bound that lies in it, if any, without its leading 1 in
  /// the upper 52 bits; below, how many bounds lie before it. Bounds are 2.2 % apart, so no 64th
  /// has two. Made of ``significands``, and tested against them.
  private static let steps: [64 of UInt64] = [
    0x0000_0000_0000_0000, 0x059B_0D31_5857_4001, 0x0B55_86CF_9890_F002, 0xFFFF_FFFF_FFFF_F003,
    0x1130_1D01_25B5_0003, 0x172B_83C7_D517_A004, 0xFFFF_FFFF_FFFF_F005, 0x1D48_7316_8B9A_A005,
    0x2387_A6E7_5623_8006, 0xFFFF_FFFF_FFFF_F007, 0x29E9_DF51_FDEE_1007, 0xFFFF_FFFF_FFFF_F008,
    0x306F_E0A3_1B71_5008, 0x371A_7373_AA9C_A009, 0xFFFF_FFFF_FFFF_F00A, 0x3DEA_64C1_2342_200A,
    0xFFFF_FFFF_FFFF_F00B, 0x44E0_8606_1892_D00B, 0x4BFD_AD53_62A2_700C, 0xFFFF_FFFF_FFFF_F00D,
    0x5342_B569_D4F8_100D, 0xFFFF_FFFF_FFFF_F00E, 0x5AB0_7DD4_8542_900E, 0xFFFF_FFFF_FFFF_F00F,
    0x6247_EB03_A558_400F, 0xFFFF_FFFF_FFFF_F010, 0x6A09_E667_F3BC_C010, 0xFFFF_FFFF_FFFF_F011,
    0x71F7_5E8E_C5F7_3011, 0xFFFF_FFFF_FFFF_F012, 0x7A11_473E_B018_6012, 0xFFFF_FFFF_FFFF_F013,
    0x8258_9994_CCE1_2013, 0xFFFF_FFFF_FFFF_F014, 0x8ACE_5422_AA0D_B014, 0xFFFF_FFFF_FFFF_F015,
    0x9373_7B0C_DC5E_4015, 0xFFFF_FFFF_FFFF_F016, 0xFFFF_FFFF_FFFF_F016, 0x9C49_182A_3F09_0016,
    0xFFFF_FFFF_FFFF_F017, 0xA550_3B23_E255_C017, 0xFFFF_FFFF_FFFF_F018, 0xAE89_F995_AD3A_D018,
    0xFFFF_FFFF_FFFF_F019, 0xB7F7_6F2F_B5E4_6019, 0xFFFF_FFFF_FFFF_F01A, 0xFFFF_FFFF_FFFF_F01A,
    0xC199_BDD8_5529_C01A, 0xFFFF_FFFF_FFFF_F01B, 0xCB72_0DCE_F906_901B, 0xFFFF_FFFF_FFFF_F01C,
    0xFFFF_FFFF_FFFF_F01C, 0xD581_8DCF_BA48_701C, 0xFFFF_FFFF_FFFF_F01D, 0xDFC9_7337_B9B5_E01D,
    0xFFFF_FFFF_FFFF_F01E, 0xFFFF_FFFF_FFFF_F01E, 0xEA4A_FA2A_490D_901E, 0xFFFF_FFFF_FFFF_F01F,
    0xFFFF_FFFF_FFFF_F01F, 0xF507_65B6_E454_001F, 0xFFFF_FFFF_FFFF_F020, 0xFFFF_FFFF_FFFF_F020,
  ]

  /// The bucket of a magnitude at the finest scale. O(1), exact.
  ///
  /// - Precondition: `magnitude` is finite and positive.
  public static func index(of magnitude: Double) -> Int32 {
    precondition(magnitude > 0 && magnitude.isFinite, "no bucket holds this")
    guard magnitude.isNormal else { return index(ofNormal: (magnitude * 0x1p64).bitPattern) - 2048 }
    return index(ofNormal: magnitude.bitPattern)
  }

  /// The bucket of a normal double's magnitude at the finest scale, by the double's bits; its sign
  /// does not matter. A nanosecond.
  @inline(__always)
  static func index(ofNormal bits: UInt64) -> Int32 {
    let step = steps[Int(truncatingIfNeeded: bits &>> 46 & 63)]
    let exponent = Int32(truncatingIfNeeded: bits &>> 52 & 0x7FF) &- 1023
    let before = Int32(truncatingIfNeeded: step & 63)
    // The lower bits of the step cannot decide: those of the significand are 0 there.
    return exponent &<< 5 &+ before &- (bits &<< 12 > step ? 0 : 1)
  }
}
