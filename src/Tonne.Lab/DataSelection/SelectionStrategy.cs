namespace Tonne.Lab.DataSelection;

/// <summary>Strategies to choose rows.</summary>
public enum SelectionStrategy
{
    /// <summary>At random: the baseline of the other strategies.</summary>
    Chance,

    /// <summary>The most varied first: each row is the farthest from those chosen before (k-centre).</summary>
    Varied,

    /// <summary>First the rows of which a small network was least certain.</summary>
    Margin,

    /// <summary>First the rows that a small network learned and forgot most often, or never learned.</summary>
    Forgetting,
}
