using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>A price list as a table: <c>Currency</c>, <c>Per1000Writes</c>, <c>Per1000Reads</c>, <c>PerGigabyteOut</c>, in any
/// case.</summary>
static class PriceTable
{
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming the entry that is unknown or no
    /// number.</exception>
    public static StorePrices Read(IDictionary table)
    {
        var prices = new StorePrices();
        foreach (DictionaryEntry entry in table)
        {
            prices = entry.Key.ToString()?.ToUpperInvariant() switch
            {
                "CURRENCY" => prices with { Currency = entry.Value?.ToString() ?? "" },
                "PER1000WRITES" => prices with { Per1000Writes = Price(entry) },
                "PER1000READS" => prices with { Per1000Reads = Price(entry) },
                "PERGIGABYTEOUT" => prices with { PerGigabyteOut = Price(entry) },
                _ => throw new ShardyFusionException(ErrorKind.ConfigValidation,
                string.Create(CultureInfo.InvariantCulture, $"PriceTable has an unknown entry '{entry.Key}'."))
                {
                    Target = entry.Key,
                    RecommendedAction = "Use Currency, Per1000Writes, Per1000Reads and PerGigabyteOut.",
                },
            };
        }
        return prices;
    }

    static decimal Price(DictionaryEntry entry) => LanguagePrimitives.TryConvertTo<decimal>(entry.Value, CultureInfo.InvariantCulture,
        out var price)
        ? price
        : throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Create(CultureInfo.InvariantCulture,
        $"PriceTable.{entry.Key} is '{entry.Value}', which is not a number."))
        { Target = entry.Key };
}
