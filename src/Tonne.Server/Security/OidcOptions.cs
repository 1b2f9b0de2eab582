namespace Tonne.Server.Security;

/// <summary>The issuer of OpenID Connect whose people may read.</summary>
sealed record OidcOptions
{
    /// <summary>Claim with the name of a person if none is given.</summary>
    public const string DefaultPersonClaim = "preferred_username";

    /// <summary>Address of the issuer; its discovery document is below it.</summary>
    public required Uri Authority { get; init; }

    /// <summary>Id of this server at the issuer.</summary>
    public required string ClientId { get; init; }

    /// <summary>Secret of this server at the issuer; null for a public client, which has PKCE alone.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Audience that a token of a program must have. Default: null, that of <see cref="ClientId"/>.</summary>
    public string? Audience { get; init; }

    /// <summary>Claim with the name of the person. Default: <c>preferred_username</c>.</summary>
    public string PersonClaim { get; init; } = DefaultPersonClaim;

    /// <summary>What is wrong, a sentence each; empty if nothing is.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (Authority.Scheme != Uri.UriSchemeHttps && !(Authority.Scheme == Uri.UriSchemeHttp && Authority.IsLoopback))
            yield return $"--oidc-authority '{Authority}' is not encrypted, so others could answer in its place: write https://.";
        if (Authority.Query.Length > 0 || Authority.Fragment.Length > 0 || Authority.UserInfo.Length > 0)
            yield return "--oidc-authority has a query, a fragment or a user, which the address of an issuer does not have.";
        if (ClientId.Length == 0)
            yield return "--oidc-client-id is empty: write the id that the issuer knows this server by.";
        if (Audience is { Length: 0 })
            yield return "--oidc-audience is empty: leave it out, or write the audience of the issuer's tokens.";
        if (PersonClaim.Length == 0)
            yield return "--oidc-person-claim is empty: leave it out, or write the claim with the name of a person.";
    }
}
