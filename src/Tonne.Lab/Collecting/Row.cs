namespace Tonne.Lab.Collecting;

/// <summary>A raw row: cells, one of which is the label, and what a model may look at: a text or numbers.</summary>
public abstract class Row
{
    /// <summary>The class the row belongs to, not empty.</summary>
    public abstract string Label { get; }

    /// <summary>The text to look at; empty where numbers are looked at.</summary>
    public virtual string Text => "";

    /// <summary>The numbers to look at; empty where the text is looked at.</summary>
    public virtual ReadOnlySpan<float> Numbers => default;

    /// <summary>Rows of one family say the same thing in other words and stay on one side of a split; 0 for none.</summary>
    public virtual ulong Family => 0;

    /// <summary>The same text in the language it was translated from; null where that is not known.</summary>
    public virtual string? SourceText => null;

    /// <summary>Number of cells, label included.</summary>
    public abstract int Columns { get; }

    /// <summary>A cell, written as in a table.</summary>
    /// <param name="column">0 to <see cref="Columns"/> − 1.</param>
    public abstract string GetCell(int column);
}
