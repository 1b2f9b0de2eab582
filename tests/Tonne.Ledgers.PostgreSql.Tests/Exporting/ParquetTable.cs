using System.Numerics;
using DuckDB.NET.Data;
using Parquet;
using Parquet.Schema;

namespace Tonne.Ledgers.PostgreSql.Tests.Exporting;

/// <summary>A folder of Parquet files as two readers see it: Parquet.Net, which wrote it, and DuckDB, which did not.</summary>
sealed class ParquetTable : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("tonne-parquet-").FullName;

    /// <summary>Paths of all files below the folder, in order.</summary>
    public IReadOnlyList<string> Files =>
        [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path))
            .Order(StringComparer.Ordinal)];

    /// <summary>Asks DuckDB about the table <c>runs</c>: one row.</summary>
    public object?[] Ask(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            set timezone = 'UTC';
            create view runs as select * from read_parquet('{Folder}/**/*.parquet', hive_partitioning = true);
            {sql}
            """;
        using var reader = command.ExecuteReader();
        while (reader.FieldCount <= 0 || !reader.Read())
            Assert.True(reader.NextResult());
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null
            : reader.GetValue(i) is BigInteger whole ? (long)whole : reader.GetValue(i))];
    }

    /// <summary>The rows of a file by column, and the sizes of its groups.</summary>
    public async Task<(IReadOnlyList<Dictionary<string, object?>> Rows, IReadOnlyList<int> Groups)> ReadAsync(string file)
    {
        await using var reader = await ParquetReader.CreateAsync(Path.Combine(Folder, file));
        var (rows, groups) = (new List<Dictionary<string, object?>>(), new List<int>());
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            var added = Enumerable.Range(0, (int)group.RowCount)
                .Select(_ => new Dictionary<string, object?>(StringComparer.Ordinal)).ToList();
            foreach (var field in reader.Schema.DataFields)
            {
                var values = await ReadColumnAsync(group, field);
                for (var row = 0; row < added.Count; row++)
                    added[row][field.Name] = values[row];
            }

            rows.AddRange(added);
            groups.Add(added.Count);
        }

        return (rows, groups);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    static async Task<object?[]> ReadColumnAsync(ParquetRowGroupReader group, DataField field)
    {
        var count = (int)group.RowCount;
        if (field.ClrType == typeof(ReadOnlyMemory<char>))
        {
            var texts = new string?[count];
            await group.ReadAsync(field, texts.AsMemory());
            return [.. texts];
        }

        return field.ClrType == typeof(double) ? await ReadAsync<double>()
            : field.ClrType == typeof(long) ? await ReadAsync<long>()
            : field.ClrType == typeof(bool) ? await ReadAsync<bool>()
            : await ReadAsync<DateTime>();

        async Task<object?[]> ReadAsync<T>()
            where T : struct
        {
            if (field.IsNullable)
            {
                var some = new T?[count];
                await group.ReadAsync<T>(field, some.AsMemory());
                return [.. some.Select(value => (object?)value)];
            }

            var all = new T[count];
            await group.ReadAsync<T>(field, all.AsMemory());
            return [.. all.Select(value => (object?)value)];
        }
    }
}
