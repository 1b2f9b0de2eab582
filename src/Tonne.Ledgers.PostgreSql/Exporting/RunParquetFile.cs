using Parquet;

namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>A Parquet file of runs that is written: it has its name only when it is complete, and what stood there stays until
/// then.</summary>
sealed class RunParquetFile : IAsyncDisposable
{
    /// <summary>Rows of a group, which are in memory together.</summary>
    public const int MostRowsOfGroup = 50_000;

    readonly string _path;
    readonly FileStream _stream;
    readonly ParquetWriter _writer;
    readonly int _mostRows;
    readonly List<RunParquetRow> _rows = [];
    bool _isComplete;

    RunParquetFile(string path, FileStream stream, ParquetWriter writer, int mostRows) =>
        (_path, _stream, _writer, _mostRows) = (path, stream, writer, mostRows);

    /// <summary>Begins a file; its folder is made if it is missing.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="mostRows">Rows of a group at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<RunParquetFile> CreateAsync(string path, int mostRows, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var stream = new FileStream(GetPartPath(path), FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd };
            return new(path, stream, await ParquetWriter.CreateAsync(
                RunParquetColumn.Schema, stream, options, cancellationToken: cancellationToken).ConfigureAwait(false), mostRows);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds a row.</summary>
    public async Task AddAsync(RunParquetRow row, CancellationToken cancellationToken)
    {
        _rows.Add(row);
        if (_rows.Count >= _mostRows)
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the file and gives it its name.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_rows.Count > 0)
            await WriteGroupAsync(cancellationToken).ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _stream.Flush(flushToDisk: true);
        await _stream.DisposeAsync().ConfigureAwait(false);
        File.Move(GetPartPath(_path), _path, overwrite: true);
        _isComplete = true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isComplete)
            return;
        await _stream.DisposeAsync().ConfigureAwait(false);
        File.Delete(GetPartPath(_path));
    }

    async Task WriteGroupAsync(CancellationToken cancellationToken)
    {
        using var group = _writer.CreateRowGroup();
        foreach (var column in RunParquetColumn.All)
            await column.WriteAsync(group, _rows, cancellationToken).ConfigureAwait(false);
        group.CompleteValidate();
        _rows.Clear();
    }

    static string GetPartPath(string path) => path + ".part";
}
