namespace Tonne.Lab.Collecting;

/// <summary>A row of a table file.</summary>
sealed class TableRow(string[] cells, int label, int text, float[] numbers, ulong family) : Row
{
    public override string Label => cells[label];

    public override string Text => text < 0 ? "" : cells[text];

    public override ReadOnlySpan<float> Numbers => numbers;

    public override ulong Family => family;

    public override int Columns => cells.Length;

    public override string GetCell(int column) => cells[column];
}
