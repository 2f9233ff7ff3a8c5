namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>The rows of the matrices' configurations, each set made and written for the driver once.</summary>
/// <param name="folder">Takes the row files.</param>
sealed class OracleFixtures(OracleFolder folder)
{
    readonly Dictionary<(string, int), OracleFixture> _made = [];

    public OracleFixture For(IReadOnlyDictionary<string, string> configuration)
    {
        var key = (configuration["shape"], OracleMatrix.RowCount(configuration));
        if (_made.TryGetValue(key, out var made))
            return made;
        var rows = OracleRows.Make(key.Item1, key.Item2);
        var absent = OracleRows.Absent(rows, Math.Min(500, 20 + key.Item2));
        made = new OracleFixture(rows, absent, folder.File($"{_made.Count}.rows"), folder.File($"{_made.Count}.absent"));
        RocksOracle.WriteRows(made.RowsPath, rows);
        RocksOracle.WriteKeys(made.AbsentPath, absent);
        _made.Add(key, made);
        return made;
    }
}

/// <summary>Rows, keys that they do not hold, and the driver's files of both.</summary>
sealed record OracleFixture(List<OracleRow> Rows, List<byte[]> Absent, string RowsPath, string AbsentPath);
