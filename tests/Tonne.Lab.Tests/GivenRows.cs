using System.Collections.Immutable;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Tests;

sealed class GivenRows(IReadOnlyList<Row> rows) : RowSource
{
    public override string Name => "given rows";

    public override ImmutableArray<string> Columns => TranslatedMessage.ColumnNames;

    public override IEnumerable<Row> ReadRows(RejectionLog rejections) => rows;
}
