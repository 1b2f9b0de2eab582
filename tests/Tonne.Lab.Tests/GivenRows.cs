using System.Collections.Immutable;
using Tonne.Lab.Collecting;

namespace Tonne.Lab.Tests;

sealed class GivenRows(IReadOnlyList<Row> rows) : RowSource
{
    public override string Name => "given rows";

    public override ImmutableArray<string> Columns => Message.ColumnNames;

    public override IEnumerable<Row> Rows(Rejections rejections) => rows;
}
