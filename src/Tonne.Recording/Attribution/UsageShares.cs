namespace Tonne.Recording.Attribution;

/// <summary>The shares of the job and of other processes in one component over a slice.</summary>
/// <param name="Use">u: the job's share of the active energy, 0 to 1.</param>
/// <param name="Held">h: the job's share of the idle energy, 0 to 1.</param>
/// <param name="OthersHeld">Share of others in the idle energy: of other live runs in processors, of other processes in memory and
/// devices; with <paramref name="Held"/> at most 1.</param>
/// <param name="OthersUse">Share of other processes in the active energy by their own account, at least 0; with <paramref name="Use"/> it may be more than 1. Null if
/// they have no account of their own.</param>
readonly record struct UsageShares(double Use, double Held, double OthersHeld, double? OthersUse = null);
