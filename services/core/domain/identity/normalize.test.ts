import { describe, expect, it } from "vitest";
import { companyKey, normalizeEmail, normalizePhone, normalizeRegistration } from "./normalize.ts";

describe("normalisation of identities", () => {
  it.each([
    ["+1 312 555 0137", undefined, "+13125550137"],
    ["(312) 555-0137", "US", "+13125550137"],
    ["１３８ ００１３ ８０００", "CN", "+8613800138000"],
    ["(312) 555-0137", undefined, null],
    ["+1 23", undefined, null],
    ["call me", "US", null],
  ])("reads phone %s in %s as %s", (phone, country, expected) => {
    expect(normalizePhone(phone, country)).toBe(expected);
  });

  it.each([
    ["Ana Ruiz <ANA@Example.com>", "ana@example.com"],
    [" ana@example.com ", "ana@example.com"],
    ["ana@localhost", null],
    ["a b@example.com", null],
    ["", null],
  ])("reads e-mail %s as %s", (email, expected) => {
    expect(normalizeEmail(email)).toBe(expected);
  });

  it.each([
    ["Ruiz Tools, Inc.", "ruiztools"],
    ["RUIZ TOOLS Co., Ltd.", "ruiztools"],
    ["上海锐思工具股份有限公司", "上海锐思工具"],
    ["ＲＵＩＺ　Tools", "ruiztools"],
    ["Company", "company"],
    ["", ""],
  ])("reads company %s as %s", (name, expected) => {
    expect(companyKey(name)).toBe(expected);
  });

  it("keeps letters and digits of a registration number", () => {
    expect(normalizeRegistration(" 91310000ma1fl-xx")).toBe("91310000MA1FLXX");
    expect(normalizeRegistration("--")).toBeNull();
  });
});
