using System.Globalization;
using System.Net;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Routing;

public class KeyTextTests
{
    static readonly KeyCodec utf8 = KeyCodec.For(KeyEncoding.Utf8);

    public static TheoryData<object, string> Texts => new()
    {
        { Guid.Parse("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "6f9619ff-8b86-d011-b42d-00c04fc964ff" },
        { IPAddress.Parse("10.1.0.255"), "10.1.0.255" },
        { IPAddress.Parse("2001:DB8:0:0::1"), "2001:db8::1" },
        { IPNetwork.Parse("10.0.0.0/8"), "10.0.0.0/8" },
        { new Uri("https://example.org/A?b=ü"), "https://example.org/A?b=ü" },
        { new Version(1, 2, 3), "1.2.3" },
        { new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc), "2026-03-04T05:06:07Z" },
        { new DateTime(2026, 3, 4, 5, 6, 7, 120), "2026-03-04T05:06:07.12" },
        { new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromMinutes(-90)), "2026-03-04T05:06:07-01:30" },
        { new DateOnly(2026, 12, 31), "2026-12-31" },
        { new TimeOnly(23, 5, 0), "23:05:00" },
        { new TimeSpan(1, 2, 3, 4), "1.02:03:04" },
        { DayOfWeek.Friday, "Friday" },
    };

    [Theory, MemberData(nameof(Texts))]
    public void Encode_WhatHasOneText_IsThatTextInEveryCulture(object key, string text)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            foreach (var culture in new[] { "", "th-TH", "ar-SA", "fa-IR", "tr-TR", "de-DE" })
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                Assert.Equal(text, System.Text.Encoding.UTF8.GetString(utf8.Encode(key)));
                Assert.Equal(utf8.Encode(text), utf8.ConvertLookup(key));
                Assert.Equal(KeyEncoding.Utf8, KeyCodec.Infer(key));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory, MemberData(nameof(Texts))]
    public void Encode_WhatHasOneTextUnderAnotherEncoding_SaysHowToConvert(object key, string text)
    {
        foreach (var encoding in new[] { KeyEncoding.U64BE, KeyEncoding.U32BE, KeyEncoding.Raw })
        {
            var codec = KeyCodec.For(encoding);
            var write = Assert.Throws<ShardyFusionException>(() => codec.Encode(key));
            var read = Assert.Throws<ShardyFusionException>(() => codec.ConvertLookup(key));
            Assert.Equal(write.Message, read.Message);
            Assert.Contains($"Pass its text ('{text}')", write.Message, StringComparison.Ordinal);
            Assert.Contains("utf8", write.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("007")]
    [InlineData("00000000000000000001")]
    [InlineData("00")]
    public void EncodeAndLookUp_LeadingZeros_AreRefusedAlikeByEveryEntrance(string key)
    {
        foreach (var encoding in new[] { KeyEncoding.U64BE, KeyEncoding.U32BE })
        {
            var codec = KeyCodec.For(encoding);
            var bytes = System.Text.Encoding.UTF8.GetBytes(key);
            foreach (var entrance in new Action[] { () => codec.Encode(key), () => codec.ConvertLookup(key),
                () => codec.EncodeUtf8(bytes, new byte[8]), () => codec.EncodeText(key, new byte[8]) })
                Assert.Contains("utf8 keeps them apart", Assert.Throws<ShardyFusionException>(entrance).Message, StringComparison.Ordinal);
        }
        Assert.Equal(key, System.Text.Encoding.UTF8.GetString(utf8.Encode(key)));
    }
}
