namespace Tonne.Server.Fleet;

/// <summary>A session that has ended.</summary>
/// <param name="Location">Where the browser goes next: where the issuer ends its session too, or a page of this server.</param>
sealed record SignedOutDocument(string Location);
