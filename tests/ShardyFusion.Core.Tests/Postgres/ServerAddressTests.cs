using ShardyFusion.Errors;
using ShardyFusion.Postgres;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Postgres;

/// <summary>Connection strings as PostgreSQL's own programs take them.</summary>
public sealed class ServerAddressTests
{
    [Theory]
    [InlineData("postgresql://u:p@h:5433/d?sslmode=require", "h", 5433, "d", "u", "p")]
    [InlineData("postgres://u:p%40%3A%2F%25@h/d", "h", 5432, "d", "u", "p@:/%")]
    [InlineData("postgresql://u:p@/d?host=%2Fvar%2Frun&port=6000", "/var/run", 6000, "d", "u", "p")]
    [InlineData("postgresql://u:p@[::1]:5433/d", "::1", 5433, "d", "u", "p")]
    [InlineData("host = h dbname='d e' user=u password='a\\'b\\\\c d'", "h", 5432, "d e", "u", "a'b\\c d")]
    [InlineData("host=h dbname=d user=u password=a\\ b sslmode=verify-full keepalives=1", "h", 5432, "d", "u", "a b")]
    public void Parse_EitherForm_IsTranslated(string dsn, string host, int port, string database, string user, string password)
    {
        var builder = ServerAddress.Parse(dsn).ToBuilder();
        Assert.Equal((host, port, database, user, password),
            (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password));
        Assert.DoesNotContain(password, ServerAddress.Parse(dsn).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralHosts_AreAllTried()
    {
        var address = ServerAddress.Parse("postgresql://u@a:1,b:2/d?target_session_attrs=read-write&options=-csearch_path%3Dusers");

        Assert.True(address.HasSeveralHosts);
        Assert.Equal(("a:1,b:2", "-csearch_path=users"), (address.ToBuilder().Host, address.ToBuilder().Options));
        Assert.Equal("PostgreSQL a:1,b:2/d as u", address.ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("h", "name=value")]
    [InlineData("host=h password='C4n4ry", "quote")]
    [InlineData("host=h password='C4n''4ry'", "name=value")]
    [InlineData("host=h port=C4n4ry", "'port'")]
    [InlineData("host=h sslmode=C4n4ry", "'sslmode'")]
    [InlineData("host=h secret_thing=C4n4ry", "'secret_thing'")]
    [InlineData("postgresql://u:C4n4ry@h/d?x", "name=value")]
    [InlineData("Host=h;Password=C4n4ry", "name=value")]
    public void Parse_WhatCannotBeRead_NamesTheSettingAndRepeatsNothing(string dsn, string named)
    {
        var error = Assert.Throws<ShardyFusionException>(() => new PostgresManifestStore(dsn));

        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("C4n4ry", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_OfStoreAndConnection_HoldNoPassword()
    {
        var store = new PostgresManifestStore("postgresql://u:C4n4ry@h/d");

        Assert.DoesNotContain("C4n4ry", $"{store} {new StoreConnection { ManifestStore = store }}", StringComparison.Ordinal);
        Assert.Equal(store, new PostgresManifestStore("postgresql://u:C4n4ry@h/d"));
        Assert.NotEqual(store, new PostgresManifestStore("postgresql://u:other@h/d"));
        Assert.NotEmpty(new StoreConnection { ManifestStore = store with { Table = "a; drop" } }.Validate());
    }
}
