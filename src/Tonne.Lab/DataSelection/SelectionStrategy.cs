namespace Tonne.Lab.DataSelection;

/// <summary>By what rows are chosen.</summary>
public enum SelectionStrategy
{
    /// <summary>By chance: what every other way is compared with.</summary>
    Chance,

    /// <summary>The most varied first: each row is the farthest from those chosen before (k-centre).</summary>
    Varied,

    /// <summary>Those first of which a small network was least sure.</summary>
    Margin,

    /// <summary>Those first that a small network learned and forgot most often, or never learned.</summary>
    Forgetting,
}
