namespace Tonne.Lab.Collecting;

/// <summary>A raw row: its label, and the input of a model, which is a text or numbers.</summary>
public abstract class Row
{
    /// <summary>The class the row belongs to, not empty.</summary>
    public abstract string Label { get; }

    /// <summary>The text; empty if the row has numbers.</summary>
    public virtual string Text => "";

    /// <summary>The numbers; empty if the row has a text.</summary>
    public virtual ReadOnlySpan<float> Numbers => default;

    /// <summary>Number of the family: rows of one family have the same meaning and stay in one part of a split; 0 for none.</summary>
    public virtual ulong Family => 0;

    /// <summary>The same text in the language it was translated from; null if unknown.</summary>
    public virtual string? SourceText => null;

    /// <summary>Number of cells, label included.</summary>
    public abstract int Columns { get; }

    /// <summary>A cell, formatted as in a table.</summary>
    /// <param name="column">0 to <see cref="Columns"/> − 1.</param>
    public abstract string GetCell(int column);
}
