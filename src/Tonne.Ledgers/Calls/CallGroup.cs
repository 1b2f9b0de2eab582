namespace Tonne.Ledgers.Calls;

/// <summary>What calls are grouped by.</summary>
public enum CallGroup
{
    /// <summary>The model that was asked for.</summary>
    Model,

    /// <summary>The hour, UTC.</summary>
    Hour,

    /// <summary>The day, UTC.</summary>
    Day,

    /// <summary>The program that called.</summary>
    Service,

    /// <summary>The provider.</summary>
    Provider,

    /// <summary>The project that the calls were made for.</summary>
    Project,

    /// <summary>The commit that followed the replies of a coding agent. Needs single replies: <see cref="ReplyLog"/>.</summary>
    Commit,
}
