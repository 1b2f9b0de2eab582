namespace Tonne.Trials.Fleets;

/// <summary>What happens to a fleet.</summary>
enum FaultKind
{
    /// <summary>kill -9 of a process with many nodes.</summary>
    Nodes,

    /// <summary>kill -9 of a <c>tonne agent run</c>.</summary>
    Agent,

    /// <summary>kill -9 of a <c>tonne serve</c>.</summary>
    Server,

    /// <summary>kill -9 of all processes of PostgreSQL.</summary>
    Postgres,

    /// <summary><c>pg_ctl stop -m immediate</c>.</summary>
    PostgresImmediate,

    /// <summary>kill -9 of a process of PostgreSQL that serves a connection.</summary>
    PostgresConnection,

    /// <summary>The connections through a relay are cut.</summary>
    Cut,

    /// <summary>The disk of a node is full for a while.</summary>
    FullDisk,
}
